/**
 * The time of a store of this process: that of the machine's clock, but it never goes back. Where the clock is set back, time goes on
 * by the monotonic clock. Where it is set forward, or the machine slept, time follows it.
 */
import { Clock, Effect, MutableRef } from "effect"

/** A larger jump is logged, in microseconds. */
const JUMP = 1_000_000

/** Returns the time in milliseconds since the epoch, and logs a jump of the machine's clock. */
export const make: Effect.Effect<Effect.Effect<number>> = Effect.map(
  Effect.sync(() => MutableRef.make(Number.NEGATIVE_INFINITY)),
  (ahead) =>
    Effect.flatMap(Clock.Clock, (clock) => {
      // In whole microseconds, so that nothing is lost by rounding.
      const elapsed = Number(clock.monotonicTimeNanosUnsafe() / 1_000n)
      const known = MutableRef.get(ahead)
      /** How far the machine's clock is ahead of the monotonic one. The most that was seen counts. */
      const seen = clock.currentTimeMillisUnsafe() * 1_000 - elapsed
      MutableRef.set(ahead, Math.max(known, seen))
      const now = Effect.succeed(Math.floor((elapsed + Math.max(known, seen)) / 1_000))
      return Number.isFinite(known) && seen - known > JUMP
        ? Effect.andThen(
            Effect.logWarning(
              `the machine's clock went forward by ${Math.round((seen - known) / 1_000_000)} s, and the time in the rooms follows it`
            ),
            now
          )
        : now
    })
)
