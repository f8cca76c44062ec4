/**
 * The first signal begins to drain. A second signal ends the process at once, and so does a shutdown that takes too long.
 */
import { Deferred, Duration, Effect, MutableRef, Option } from "effect"
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

export interface Signals {
  /** The first signal, if one has come. */
  readonly heard: Effect.Effect<Option.Option<Heard>>
  /** Waits until the process must end with its shutdown unfinished, and returns the exit code. */
  readonly overdue: Effect.Effect<number>
}

/** Listens to the signals. A shutdown may take as long as `timeout` after the first one. */
export const listen = (timeout: Duration.Duration): Effect.Effect<Signals> =>
  Effect.sync(() => {
    const heard = MutableRef.make(Option.none<Heard>())
    const overdue = Deferred.makeUnsafe<number>()
    const end = (code: number) => void Deferred.doneUnsafe(overdue, Effect.succeed(code))
    const hear = (signal: Heard["signal"]) => {
      const first = MutableRef.get(heard)
      if (Option.isNone(first)) {
        MutableRef.set(heard, Option.some({ signal, at: performance.now() }))
        setTimeout(() => end(0), Math.min(Duration.toMillis(timeout), LONGEST)).unref()
      } else if (performance.now() - first.value.at > SAME) {
        end(128 + constants.signals[signal])
      }
    }
    process.on("SIGINT", hear).on("SIGTERM", hear)
    return { heard: Effect.sync(() => MutableRef.get(heard)), overdue: Deferred.await(overdue) }
  })
