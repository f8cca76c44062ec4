/**
 * At most one fiber, started and stopped from plain functions. Every room has a few of these; a `FiberHandle` does more, and
 * takes 1 KB for each.
 */
import type { Effect, Fiber } from "effect"

/** Starts a fiber, in a context that it shall keep. */
export type Fork = (effect: Effect.Effect<void>) => Fiber.Fiber<void>

export class Task {
  readonly #fork: Fork
  #fiber: Fiber.Fiber<void> | undefined

  constructor(fork: Fork) {
    this.#fork = fork
  }

  /** Runs an effect from here on, in place of the one that runs. */
  run(effect: Effect.Effect<void>): void {
    this.stop()
    this.#fiber = this.#fork(effect)
  }

  stop(): void {
    this.#fiber?.interruptUnsafe()
    this.#fiber = undefined
  }
}
