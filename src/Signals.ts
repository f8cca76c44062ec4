/**
 * What signals do beyond the first one's draining: a second one ends the process now, and so does the end of the time
 * that a shutdown may take.
 */
import { Duration, Effect } from "effect"
import { constants } from "node:os"

/** One Ctrl-C may come twice, from the terminal and passed on by npm; in milliseconds. */
const SAME = 100

/** The most that `setTimeout` takes, in milliseconds. */
const LONGEST = 2 ** 31 - 1

/** Holds what follows the first signal to `timeout`. */
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
