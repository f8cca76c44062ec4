/** What all attacks have in common: how large they are, and what they give. */
import type { Effect, Scope } from "effect"
import type { Figure } from "../cluster/figures.ts"

export interface Size {
  /** The share of the clients and requests of the full form. */
  readonly share: number
  /** How long the soak lasts, in minutes. */
  readonly minutes: number
  /** Of the generated requests. */
  readonly seed: number
}

/** A figure that could not be measured here. It does not count as reached. */
export interface NotRun {
  readonly what: string
  readonly notRun: string
  readonly bar: string
}

export type Attack = (size: Size) => Effect.Effect<ReadonlyArray<Figure | NotRun>, never, Scope.Scope>

/** So many of the full form, as this size has it. */
export const scaled = ({ share }: Size, full: number): number => Math.max(1, Math.round(full * share))
