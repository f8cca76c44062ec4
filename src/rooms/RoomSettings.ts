/**
 * How rooms treat the streams that watch them.
 */
import { Context, Duration } from "effect"

export const RoomSettings = Context.Reference("pairroom/rooms/RoomSettings", {
  defaultValue: () => ({
    /** How often a stream that writes to a client sends a `heartbeat`. */
    heartbeatInterval: Duration.seconds(15) as Duration.Duration,
    /** How long such a stream lives, before the client comes back for another. */
    streamLifetime: Duration.minutes(20) as Duration.Duration,
    /** How long a room that nobody watches any more stays at hand. */
    idleTimeToLive: Duration.seconds(30) as Duration.Duration
  })
})
