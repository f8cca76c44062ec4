/**
 * The time of a Redis, told from this machine's monotonic clock: a step of the local clock moves nothing.
 */

/** Of how many round trips the best is taken. */
const KEPT = 8

/** What a round trip tells: local milliseconds plus `offset` are those of Redis, but for `error`. */
interface Sample {
  readonly offset: number
  readonly error: number
}

export class RedisTime {
  #samples: ReadonlyArray<Sample> = []
  #best: Sample | undefined

  /** A request that left at `sentAt` and was answered at `receivedAt`, by the local clock, found `time` there. */
  learn(sentAt: number, receivedAt: number, time: number): void {
    const sample = { offset: time - (sentAt + receivedAt) / 2, error: (receivedAt - sentAt) / 2 }
    const best = this.#best
    // What no longer fits is from before one of the clocks stood still or was set.
    const fits = best !== undefined && Math.abs(sample.offset - best.offset) <= sample.error + best.error + 1
    this.#samples = [...(fits ? this.#samples.slice(1 - KEPT) : []), sample]
    this.#best = this.#samples.reduce((one, other) => (other.error < one.error ? other : one))
  }

  /** The time there when it is `local` here; undefined as long as nothing is known. */
  at(local: number): number | undefined {
    return this.#best === undefined ? undefined : local + this.#best.offset
  }
}
