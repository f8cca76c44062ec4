/**
 * Lengths of time as people type them in a terminal: `25m`, `1h30m`, `90s`, `25` (minutes), `7:30`.
 */
import { Option } from "effect"
import { AUTO_START_MAX, DURATION_MAX, DURATION_MIN } from "../domain/Timer.ts"

const UNITS = { h: 3_600_000, m: 60_000, s: 1_000 }

const PARTS = /^(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m(?:in)?)?(?:(\d+(?:\.\d+)?)s)?$/

const CLOCK = /^(?:(\d+):)?(\d+):([0-5]\d)$/

/** Returns the milliseconds of a typed length; none if it is no length. */
export const parse = (typed: string): Option.Option<number> => {
  const text = typed.trim().toLowerCase()
  if (text === "") return Option.none()
  if (/^\d+(\.\d+)?$/.test(text)) return Option.some(Math.round(Number(text) * UNITS.m))
  const [, hours, minutes, seconds] = CLOCK.exec(text) ?? PARTS.exec(text) ?? []
  if (hours === undefined && minutes === undefined && seconds === undefined) return Option.none()
  return Option.some(millisOf(hours, UNITS.h) + millisOf(minutes, UNITS.m) + millisOf(seconds, UNITS.s))
}

const millisOf = (part: string | undefined, unit: number) => Math.round(Number(part ?? 0) * unit)

/** The lengths that something may have, and how a person is told of them. */
export interface Range {
  readonly allowed: string
  readonly parse: (typed: string) => Option.Option<number>
}

const between = (least: number, most: number, said: string, examples: string): Range => ({
  allowed: `a length of time ${said}, such as ${examples}, or a number of minutes`,
  parse: (typed) => Option.filter(parse(typed), (millis) => millis >= least && millis <= most)
})

export const PERIOD = between(DURATION_MIN, DURATION_MAX, "from 1s to 24h", "25m, 90s, 1h30m, 7:30")
export const EXTENSION = between(UNITS.s, UNITS.h, "from 1s to 1h", "2m, 90s, 7:30")
export const WAIT = between(0, AUTO_START_MAX, "from 0s to 10m", "10s, 2m, 1:30")
