/**
 * What an operator sees of the limits: each hit is counted, and one a minute of each limit is logged, so that a flood of requests is
 * no flood of lines. The line has the address of the client, because the operator can act on it.
 */
import { Effect, Metric, Ref } from "effect"
import * as Elapsed from "../store/Elapsed.ts"
import { type Limit, limitsHit } from "./HttpMetrics.ts"

/** How often a limit is logged, in milliseconds. */
const LOG_INTERVAL = 60_000

/** Counts a request or a connection of an address that was over a limit. */
export type Hit = (limit: Limit, address: string) => Effect.Effect<void>

/** These follow from the descriptors of the process, and are no settings. */
const OF_DESCRIPTORS: ReadonlySet<Limit> = new Set(["streams", "connections"])

interface Logged {
  readonly at: number
  /** How many hits were not logged since then. */
  readonly more: number
}

/** Returns how to note a hit. What was logged when is known to this one alone. */
export const make: Effect.Effect<Hit> = Effect.gen(function* () {
  const logged = yield* Ref.make<ReadonlyMap<string, Logged>>(new Map())
  return Effect.fnUntraced(function* (limit, address) {
    yield* Metric.update(limitsHit.of({ limit }), 1)
    const now = yield* Elapsed.millis
    const before = (yield* Ref.get(logged)).get(limit)
    const isDue = before === undefined || now - before.at >= LOG_INTERVAL
    const after = isDue ? { at: now, more: 0 } : { at: before.at, more: before.more + 1 }
    yield* Ref.update(logged, (all) => new Map([...all, [limit, after]]))
    if (!isDue) return
    yield* Effect.logWarning("a limit was hit").pipe(
      Effect.annotateLogs({
        limit: OF_DESCRIPTORS.has(limit) ? "descriptors of the process" : limit.toUpperCase(),
        address,
        sinceLastLine: before?.more ?? 0
      })
    )
  })
})
