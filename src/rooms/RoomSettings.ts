/**
 * Settings of the rooms of an instance.
 */
import { Context, Duration } from "effect"

/** A room reads them when it is built, not when somebody subscribes: a request knows nothing of the settings of `Rooms`. */
export const RoomSettings = Context.Reference("pairroom/rooms/RoomSettings", {
  defaultValue: () => ({
    /** How often a stream sends a `heartbeat`. */
    heartbeatInterval: Duration.seconds(15) as Duration.Duration,
    /** How long a stream lives before the server ends it and its client reconnects. */
    streamLifetime: Duration.minutes(20) as Duration.Duration,
    /** How long a Room stays in memory after its last use, by a subscription or by a read. */
    idleTimeToLive: Duration.seconds(30) as Duration.Duration
  })
})

/** A stream lives at least for this share of its life time. */
const LEAST_LIFE = 0.75

/** The times of the streams of a room, in milliseconds. */
export interface StreamTimes {
  readonly lifetime: number
  /** Between two heartbeats. */
  readonly heartbeatInterval: number
}

/**
 * Returns the times of streams by the settings. A stream is ended at the last heartbeat of its life time, so heartbeats come often
 * enough that this is near its end.
 */
export const streamTimes = ({
  heartbeatInterval,
  streamLifetime
}: Context.Service.Shape<typeof RoomSettings>): StreamTimes => ({
  lifetime: Duration.toMillis(streamLifetime),
  heartbeatInterval: Duration.toMillis(Duration.min(heartbeatInterval, Duration.times(streamLifetime, 1 - LEAST_LIFE)))
})
