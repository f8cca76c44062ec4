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
