/**
 * The first signal begins to drain. A second signal ends the process at once, and so does a shutdown that takes too long.
 */
import { Duration, Effect } from "effect"
import { constants } from "node:os"

/** One Ctrl-C may arrive twice within this time, from the terminal and from npm; in milliseconds. */
const SAME = 100

/** The longest time that `setTimeout` accepts, in milliseconds. */
const LONGEST = 2 ** 31 - 1

/** Limits the shutdown after the first signal to `timeout`. */
export const limit = (timeout: Duration.Duration): Effect.Effect<void> =>
  Effect.sync(() => {
    let first: number | undefined
    const hear = (signal: "SIGINT" | "SIGTERM") => {
      if (first === undefined) {
        first = performance.now()
        setTimeout(() => process.exit(0), Math.min(Duration.toMillis(timeout), LONGEST)).unref()
      } else if (performance.now() - first > SAME) {
        process.exit(128 + constants.signals[signal])
      }
    }
    process.on("SIGINT", hear).on("SIGTERM", hear)
  })
