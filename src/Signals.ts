/**
 * The first signal begins to drain. A second signal ends the process at once, and so does a shutdown that takes too long.
 */
import { Duration, Effect, MutableRef, Option } from "effect"
import { constants } from "node:os"

/** One Ctrl-C may arrive twice within this time, from the terminal and from npm; in milliseconds. */
const SAME = 100

/** The longest time that `setTimeout` accepts, in milliseconds. */
const LONGEST = 2 ** 31 - 1

/** The first signal, and when it came, in milliseconds of `performance.now`. */
export interface Heard {
  readonly signal: "SIGINT" | "SIGTERM"
  readonly at: number
}

/** Limits the shutdown after the first signal to `timeout`. Returns how to ask for that signal. */
export const limit = (timeout: Duration.Duration): Effect.Effect<Effect.Effect<Option.Option<Heard>>> =>
  Effect.sync(() => {
    const heard = MutableRef.make(Option.none<Heard>())
    const hear = (signal: Heard["signal"]) => {
      const first = MutableRef.get(heard)
      if (Option.isNone(first)) {
        MutableRef.set(heard, Option.some({ signal, at: performance.now() }))
        setTimeout(() => process.exit(0), Math.min(Duration.toMillis(timeout), LONGEST)).unref()
      } else if (performance.now() - first.value.at > SAME) {
        process.exit(128 + constants.signals[signal])
      }
    }
    process.on("SIGINT", hear).on("SIGTERM", hear)
    return Effect.sync(() => MutableRef.get(heard))
  })
