/**
 * The time of a Redis, told from this machine's monotonic clock: a step of the local clock moves nothing.
 */

/** How many of the last round trips are kept; the shortest of them counts. */
const KEPT = 8

/** What a round trip tells: local milliseconds plus `offset` are those of Redis, give or take `error`. */
interface Sample {
  readonly offset: number
  readonly error: number
}

/** What is known of the time of a Redis. */
export interface RedisTime {
  readonly samples: ReadonlyArray<Sample>
  readonly best: Sample | undefined
}

/** Nothing is known yet. */
export const unknown: RedisTime = { samples: [], best: undefined }

/** A request and its answer, by the local clock in milliseconds, and the time that Redis said in between. */
export interface RoundTrip {
  readonly sentAt: number
  readonly receivedAt: number
  readonly time: number
}

/** Takes one more round trip into account. */
export const learn =
  ({ receivedAt, sentAt, time }: RoundTrip) =>
  ({ best, samples }: RedisTime): RedisTime => {
    const sample = { offset: time - (sentAt + receivedAt) / 2, error: (receivedAt - sentAt) / 2 }
    // What no longer fits is from before one of the clocks stood still or was set.
    const fits = best !== undefined && Math.abs(sample.offset - best.offset) <= sample.error + best.error + 1
    const kept = [...(fits ? samples.slice(1 - KEPT) : []), sample]
    return { samples: kept, best: kept.reduce((one, other) => (other.error < one.error ? other : one)) }
  }

/** How far the time of Redis may be from what was expected before it counts as set, in milliseconds. */
const STEP = 250

/** A larger jump is logged, in milliseconds. */
const JUMP = 1_000

/** Returns what the time of Redis should be when it is `local` here, give or take `tolerance`, in milliseconds; 0 if nothing is known. */
export const estimate = (time: RedisTime, local: number): { readonly time: number; readonly tolerance: number } => ({
  time: at(time, local) ?? 0,
  tolerance: STEP + (time.best?.error ?? 0)
})

/** Returns by how much the time of Redis has gone forward at a round trip, in milliseconds, if that is more than a second; else 0. */
export const jumpOf = ({ best }: RedisTime, { receivedAt, sentAt, time }: RoundTrip): number => {
  const jump = best === undefined ? 0 : time - (sentAt + receivedAt) / 2 - best.offset
  return jump > JUMP + (receivedAt - sentAt) / 2 ? jump : 0
}

/** The time of Redis when it is `local` here, in milliseconds; undefined as long as nothing is known. */
export const at = ({ best }: RedisTime, local: number): number | undefined =>
  best === undefined ? undefined : local + best.offset
