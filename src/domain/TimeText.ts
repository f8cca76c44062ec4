/**
 * A time as it is shown: the same on every screen, in the terminal and on the badge.
 *
 * This module imports nothing at run time, so that the page can share it.
 */

/** Returns the seconds that are shown: a second is shown until it is over. */
export const wholeSeconds = (millis: number): number => Math.ceil(Math.max(0, millis) / 1_000)

/** Returns `9:59`, `10:00`, `1:00:00`. */
export const timeText = (seconds: number): string => {
  const [hours, minutes, rest] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`
}

const two = (part: number): string => String(part).padStart(2, "0")
