/** Lengths of a turn as people say and type them: in minutes. */
import { DURATION_MAX, DURATION_MIN } from "../domain/Timer.ts"

export const MINUTE = 60_000

/** The lengths that one press chooses, in minutes. */
export const COMMON_MINUTES = [5, 10, 15, 25] as const

/** The shortest and the longest turn, in minutes; the shortest also as it is typed. */
export const MINUTES_MAX = DURATION_MAX / MINUTE
export const MINUTES_MIN = (Math.ceil((DURATION_MIN / MINUTE) * 100) / 100).toString()

/** Returns the milliseconds of typed minutes, with a point or a comma; undefined if no turn can be so long. */
export const durationIn = (typed: string): number | undefined => {
  const minutes = typed.trim().replace(",", ".")
  const millis = /^\d*\.?\d+$|^\d+\.$/.test(minutes) ? Math.round(Number(minutes) * MINUTE) : Number.NaN
  return millis >= DURATION_MIN && millis <= DURATION_MAX ? millis : undefined
}

/** Minutes as they are typed: `7`, `0.5`. */
export const minutesOf = (millis: number): string => (Math.round((millis / MINUTE) * 100) / 100).toString()

/** May a period of this length be a minute longer? */
export const mayBeLonger = (periodDuration: number): boolean => periodDuration + MINUTE <= DURATION_MAX
