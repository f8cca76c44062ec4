/**
 * The time by the monotonic clock, for what is measured on this machine. No step of the machine's other clock moves it.
 */
import { Clock, Effect } from "effect"

/** Returns the time in whole milliseconds. */
export const millis: Effect.Effect<number> = Effect.map(Clock.Clock, (clock) =>
  Number(clock.monotonicTimeNanosUnsafe() / 1_000_000n)
)

/** Returns the time in seconds, with fractions. */
export const seconds: Effect.Effect<number> = Effect.map(
  Clock.Clock,
  (clock) => Number(clock.monotonicTimeNanosUnsafe()) / 1e9
)
