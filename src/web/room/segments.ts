/** The ended turns as a band over time. */
import type { TurnsView } from "../../client/Commands.ts"

/** A turn, or the time between two of them that was long enough to be a break. */
export interface Segment {
  /** Undefined for a break. */
  readonly driver: string | undefined
  readonly from: number
  readonly to: number
}

/** From here on the time between two turns counts as a break, in milliseconds. */
const BREAK_LEAST = 120_000

/** The turns with the breaks between them, in order. */
export const segmentsOf = ({ turns }: Pick<TurnsView, "turns">): ReadonlyArray<Segment> =>
  turns.flatMap(({ driver, endedAt, startedAt }, index) => {
    const before = turns[index - 1]?.endedAt ?? startedAt
    const turn = { driver, from: startedAt, to: endedAt }
    return startedAt - before >= BREAK_LEAST ? [{ driver: undefined, from: before, to: startedAt }, turn] : [turn]
  })
