/**
 * The timer of a room: a value with a deadline in it. Nothing counts down: the remaining time is computed from the value and
 * the clock when it is needed. All times are whole milliseconds.
 *
 * This module imports nothing at run time, so that the page can share it.
 */

/** The shortest and the longest duration of a turn, in milliseconds. */
export const DURATION_MIN = 1_000
export const DURATION_MAX = 86_400_000

/** A break comes after one turn at the least, and after so many at the most. */
export const BREAK_EVERY_MAX = 20

/** The longest time after a finish at which the next period starts by itself, in milliseconds. */
export const AUTO_START_MAX = 600_000

const SECOND = 1_000

export interface Paused {
  readonly _tag: "Paused"
  /** Milliseconds left, from 1 to the duration. */
  readonly remaining: number
}

export interface Running {
  readonly _tag: "Running"
  /** When the time is up, in milliseconds since the epoch, by the clock of the store. */
  readonly endsAt: number
}

export type Timer = Paused | Running

export const paused = (remaining: number): Paused => ({ _tag: "Paused", remaining })

export const running = (endsAt: number): Running => ({ _tag: "Running", endsAt })

export const isRunning = (timer: Timer): timer is Running => timer._tag === "Running"

/** Returns the remaining time at `now`. It is never below 0, and never above the duration, even if a clock was set back. */
export const remainingAt = (timer: Timer, duration: number, now: number): number =>
  isRunning(timer) ? Math.min(duration, Math.max(0, timer.endsAt - now)) : timer.remaining

/** Returns the whole second that was reached last: 600,000 at 600,000, and 598,000 at 597,600. */
export const wholeSecond = (remaining: number): number => Math.ceil(remaining / SECOND) * SECOND

/** Returns the whole second that is reached next: 599,000 after 600,000, and 597,000 after 597,600. */
export const nextWholeSecond = (remaining: number): number => wholeSecond(remaining) - SECOND
