/**
 * How long the event loop kept others waiting, as Node measures it.
 */
import { Effect, type Metric, MutableRef } from "effect"
import { monitorEventLoopDelay } from "node:perf_hooks"

/** How often Node measures, in milliseconds. It counts this time as a delay, too. */
const RESOLUTION = 20

/** How long a window is at least, in milliseconds, so that two readers at the same time see the same. */
const WINDOW = 10_000

const QUANTILES = [0.5, 0.99, 1]

const NANOS = 1e9

/** Returns how to read the delays of the last window, in seconds. Node measures for as long as the scope is open. */
export const delays = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => {
      const delays = monitorEventLoopDelay({ resolution: RESOLUTION })
      delays.enable()
      return delays
    }),
    (delays) => Effect.sync(() => delays.disable())
  ),
  (delays) => {
    const last = MutableRef.make({ readAt: -Infinity, state: NONE })
    return (): Metric.SummaryState => {
      const { readAt, state } = MutableRef.get(last)
      const now = performance.now()
      if (now - readAt < WINDOW || delays.count === 0) return state
      const next = {
        ...NONE,
        quantiles: QUANTILES.map((quantile) => [quantile, seconds(delays.percentile(quantile * 100))] as const),
        count: state.count + delays.count,
        sum: state.sum + delays.count * seconds(delays.mean)
      }
      MutableRef.set(last, { readAt: now, state: next })
      delays.reset()
      return next
    }
  }
)

const NONE: Metric.SummaryState = { quantiles: [], count: 0, sum: 0, min: 0, max: 0 }

const seconds = (nanos: number) => Math.max(0, nanos / NANOS - RESOLUTION / 1_000)
