/**
 * Settings of the rooms of an instance.
 */
import { Context, Duration } from "effect"

/** A room reads them when it is built, not when somebody subscribes: a request knows nothing of the settings of `Rooms`. */
export const RoomSettings = Context.Reference("pairroom/rooms/RoomSettings", {
  defaultValue: () => ({
    /** How often a stream sends a `heartbeat`. */
    heartbeatInterval: Duration.seconds(15),
    /** How long a stream lives before the server ends it and its client reconnects. */
    streamLifetime: Duration.minutes(20),
    /** How long a Room stays in memory after its last use, by a subscription or by a read. */
    idleTimeToLive: Duration.seconds(30)
  })
})

/** A stream lives at least for this share of its life time. */
const LEAST_LIFE = 0.75

/** The times of streams, in milliseconds. */
export interface StreamTimes {
  /** How long a stream lives at most. */
  readonly lifetime: number
  /** The time between two heartbeats. It may be shorter than that of the settings. */
  readonly heartbeatInterval: number
}

/**
 * Returns the times of streams that follow from the settings. A stream is ended at the last heartbeat of its life time, so heartbeats
 * come often enough that this is near its end.
 */
export const streamTimes = ({
  heartbeatInterval,
  streamLifetime
}: Context.Service.Shape<typeof RoomSettings>): StreamTimes => ({
  lifetime: Duration.toMillis(streamLifetime),
  heartbeatInterval: Duration.toMillis(Duration.min(heartbeatInterval, Duration.times(streamLifetime, 1 - LEAST_LIFE)))
})
