/** Lengths of a turn as people say and type them: in minutes. */
import { DURATION_MAX, DURATION_MIN } from "../domain/Timer.ts"

const MINUTE = 60_000

/** The lengths that one press chooses, in minutes. */
export const COMMON_MINUTES = [5, 10, 15, 25] as const

/** The least and the most minutes of a turn; the least as it is typed. */
export const MINUTES_MAX = DURATION_MAX / MINUTE
export const MINUTES_MIN = (Math.ceil((DURATION_MIN / MINUTE) * 100) / 100).toString()

/** The milliseconds of so many minutes as they were typed, with a comma too; undefined where no turn is so long. */
export const durationIn = (typed: string): number | undefined => {
  const minutes = typed.trim().replace(",", ".")
  const millis = /^\d*\.?\d+$|^\d+\.$/.test(minutes) ? Math.round(Number(minutes) * MINUTE) : Number.NaN
  return millis >= DURATION_MIN && millis <= DURATION_MAX ? millis : undefined
}

/** Minutes as they are typed: `7`, `0.5`. */
export const minutesOf = (millis: number): string => (Math.round((millis / MINUTE) * 100) / 100).toString()

/** A minute more; past the full length the length grows. Undefined where the longest turn is reached. */
export const withMinuteMore = (
  duration: number,
  remaining: number
): { readonly duration: number; readonly remainingTime: number } | undefined => {
  const remainingTime = Math.ceil(remaining) + MINUTE
  return remainingTime > DURATION_MAX ? undefined : { duration: Math.max(duration, remainingTime), remainingTime }
}
