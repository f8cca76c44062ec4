/**
 * Asks for the server's time, often enough to keep the clock right.
 */
import type { Environment } from "./Environment.ts"
import { ask, isSilence } from "./Requests.ts"
import type { Mark, ServerClock } from "./ServerClock.ts"

/** How many round trips a measurement has, and the time between them, in milliseconds. */
const COUNT = 5
const INTERVAL = 200

/** After this time a new measurement is due, in milliseconds. */
const VALIDITY = 60_000

export class RoundTrips {
  readonly #environment: Environment
  readonly #clock: ServerClock
  readonly #url: string
  readonly #onSilence: () => void
  #left = 0
  #isAsking = false
  #measuredAt = Number.NEGATIVE_INFINITY
  /** The shortest round trip of this measurement so far. */
  #shortest = Number.POSITIVE_INFINITY

  /** `url` is the address of the room's timer. `onSilence` is called when no answer comes. */
  constructor(environment: Environment, clock: ServerClock, url: string, onSilence: () => void) {
    this.#environment = environment
    this.#clock = clock
    this.#url = url
    this.#onSilence = onSilence
  }

  /** How long a round trip takes, in milliseconds; null until one was made. */
  delay: number | null = null

  get isDue(): boolean {
    return this.#environment.elapsed() - this.#measuredAt > VALIDITY
  }

  /** Measures some round trips, the first of them at once, and calls back after each. */
  async measure(onMeasured: () => void): Promise<void> {
    this.#left = COUNT
    this.#shortest = Number.POSITIVE_INFINITY
    this.#measuredAt = this.#environment.elapsed()
    if (this.#isAsking) return
    this.#isAsking = true
    while (this.#left > 0) {
      this.#left--
      await this.#once()
      onMeasured()
      if (this.#left > 0) await new Promise((resolve) => setTimeout(resolve, INTERVAL))
    }
    this.#isAsking = false
  }

  stop(): void {
    this.#left = 0
  }

  async #once(): Promise<void> {
    const sent = this.#clock.mark()
    let received: Mark = sent
    const result = await ask(this.#environment, this.#url, { onAnswer: () => (received = this.#clock.mark()) })
    if (result.ok) {
      const { serverTime } = result.value as { readonly serverTime: number }
      const delay = this.#clock.sample(sent, received, serverTime)
      if (delay !== null) this.#shortest = Math.min(this.#shortest, delay)
      // The first round trip of a measurement may include opening a connection.
      if ((this.delay === null || this.#left === 0) && this.#shortest < Number.POSITIVE_INFINITY) {
        this.delay = this.#shortest
      }
    } else {
      this.#left = 0
      if (isSilence(result)) this.#onSilence()
    }
  }
}
