/**
 * How many rooms are kept, for operators. SQLite reads a whole index to count them: 6 ms for 500,000 rooms.
 */
import { Clock, Effect, MutableRef, Result } from "effect"
import { observed } from "../MetricFamily.ts"
import { rooms } from "../StoreMetrics.ts"
import type { Rows } from "./Rows.ts"

/** A count is shown for so many times as long as it took, so that counting takes at most 1 % of the time. */
const KEPT = 100n

/** Shows the number of rooms for as long as the scope is open. If the rows cannot be read, the last number is shown. */
export const observe = (rows: Rows) =>
  Effect.flatMap(Clock.Clock, (clock) => {
    const last = MutableRef.make({ until: 0n, value: 0 })
    return observed(rooms.of({}), () => {
      const begun = clock.monotonicTimeNanosUnsafe()
      const { until, value } = MutableRef.get(last)
      if (begun < until) return { value }
      const counted = Result.getOrElse(Result.try(rows.count), () => value)
      const ended = clock.monotonicTimeNanosUnsafe()
      MutableRef.set(last, { until: ended + (ended - begun) * KEPT, value: counted })
      return { value: counted }
    })
  })
