/**
 * The server's time, even if the machine's own clock is wrong. It keeps bounds for how far the server's clock is ahead of the
 * local one, and each round trip narrows them.
 *
 * The server stamped its answer after the request was sent and before the answer came, so the offset lies in between.
 * A shorter round trip gives narrower bounds, and they widen with age. All times are milliseconds.
 */
import type { Environment } from "./Environment.ts"

/** How far two clocks may drift apart, as a share of the time that has gone by. */
const DRIFT = 1e-4

/** If the machine's two clocks disagree by more than this, one of them has jumped: it stood still, or was set. */
const DISTURBANCE = 100

/** A smaller correction is made slowly, over `SLEW`, so that nobody sees the time jump or go back. */
const SLEW_MOST = 100
const SLEW = 1_000

/** A moment, by both clocks of the machine. */
export interface Mark {
  readonly elapsed: number
  readonly wall: number
}

export class ServerClock {
  readonly #environment: Pick<Environment, "elapsed" | "wall">
  /** At `#at` the offset was between these. */
  #least = Number.NEGATIVE_INFINITY
  #most = Number.POSITIVE_INFINITY
  #at = 0
  /** Server time less elapsed time: what is believed, and what is still to be taken off it as seen at `#slewsFrom`. */
  #offset: number
  #error = 0
  #slewsFrom = 0
  #looked: Mark
  /** Is the machine's own clock used, because nothing better is known? */
  #isGuess = true

  constructor(environment: Pick<Environment, "elapsed" | "wall">) {
    this.#environment = environment
    this.#looked = this.mark()
    this.#offset = this.#looked.wall - this.#looked.elapsed
  }

  /** The server's time; the machine's own time until something is known about the server's. */
  now(): number {
    const elapsed = this.#environment.elapsed()
    return elapsed + this.#offset - this.#error * Math.max(0, 1 - (elapsed - this.#slewsFrom) / SLEW)
  }

  mark(): Mark {
    return { elapsed: this.#environment.elapsed(), wall: this.#environment.wall() }
  }

  /**
   * Takes the time in an answer to a request that was sent and answered at these moments. Returns how long that took, or
   * null where the machine slept meanwhile, which makes it worthless.
   */
  sample(sent: Mark, received: Mark, serverTime: number): number | null {
    if (disagreement(sent, received) > DISTURBANCE) return null
    if (this.#most === Number.POSITIVE_INFINITY) {
      // A time that the server sent by itself bounds the offset on one side only, and may be old.
      this.#least = Number.NEGATIVE_INFINITY
      this.#isGuess = true
    }
    // The server tells whole milliseconds, rounded down.
    this.#narrow(received.elapsed, serverTime - received.elapsed, serverTime + 1 - sent.elapsed)
    return received.elapsed - sent.elapsed
  }

  /**
   * Takes a time that the server sent by itself: it is at least as late by now. Returns true if that is later than was believed, so
   * that there is reason to measure. Otherwise round trips say it better, because they bound the time on both sides.
   */
  heard(serverTime: number): boolean {
    const elapsed = this.#environment.elapsed()
    const least = serverTime - elapsed
    const isNews = this.#isGuess || least > this.#most + this.#widening(elapsed)
    if (isNews || this.#most === Number.POSITIVE_INFINITY) this.#narrow(elapsed, least, Number.POSITIVE_INFINITY)
    return isNews
  }

  /** Has one of the machine's clocks jumped since the last look? Then nothing is certain any more: measure anew. */
  isDisturbed(): boolean {
    const now = this.mark()
    const disturbed = disagreement(this.#looked, now) > DISTURBANCE
    this.#looked = now
    if (disturbed) this.#bound(now.elapsed, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)
    return disturbed
  }

  #widening(elapsed: number): number {
    return DRIFT * Math.max(0, elapsed - this.#at)
  }

  #narrow(elapsed: number, least: number, most: number): void {
    const widening = this.#widening(elapsed)
    const bothLeast = Math.max(least, this.#least - widening)
    const bothMost = Math.min(most, this.#most + widening)
    // If they contradict each other, a clock was set, and the newer bounds are right.
    if (bothLeast <= bothMost) this.#bound(elapsed, bothLeast, bothMost)
    else this.#bound(elapsed, least, most)
    const isOneSided = this.#most === Number.POSITIVE_INFINITY
    this.#set(
      elapsed,
      !isOneSided ? (this.#least + this.#most) / 2 : this.#isGuess ? this.#least : Math.max(this.#least, this.#offset)
    )
    this.#isGuess = false
  }

  #bound(elapsed: number, least: number, most: number): void {
    this.#at = elapsed
    this.#least = least
    this.#most = most
  }

  #set(elapsed: number, offset: number): void {
    const error = offset - (this.now() - elapsed)
    this.#offset = offset
    this.#error = !this.#isGuess && Math.abs(error) <= SLEW_MOST ? error : 0
    this.#slewsFrom = elapsed
  }
}

const disagreement = (from: Mark, to: Mark): number => Math.abs(to.wall - from.wall - (to.elapsed - from.elapsed))
