/** What a load has shown, in figures, and what they are held to. */
import type { Load } from "./load.ts"
import { idOf, type Watcher } from "./room.ts"

/** The streams that showed a state out of order, or one that their room never was in. */
export const disordered = ({ watchers }: Load): ReadonlyArray<Watcher> =>
  watchers.filter(({ room, seen }) => {
    const positions = seen.map(({ id }) => room.steps.findIndex((step) => step.id === id))
    return positions.some((position, index) => position < 0 || position <= (positions[index - 1] ?? -1))
  })

/** Of rooms that are up once: the streams that showed it not once. */
export const misfinished = ({ watchers }: Load): ReadonlyArray<Watcher> =>
  watchers.filter(({ room, stops }) => stops !== (idOf(room).endsWith("-finish") ? 1 : 0))

/** The longest that a stream showed what was no longer so, in milliseconds; what was before `from` is not counted. */
export const stalest = ({ watchers }: Load, from = 0): number => {
  let most = 0
  for (const { room, seen } of watchers) {
    const order = new Map(room.steps.map(({ id }, index) => [id, index]))
    let position = order.get(seen[0]?.id ?? "") ?? 0
    for (const { at, id } of seen.slice(1)) {
      const outdated = room.steps[position + 1]
      position = order.get(id) ?? position
      if (outdated !== undefined && at >= from) most = Math.max(most, at - Math.max(outdated.at, from))
    }
  }
  return most
}

/** How far apart ticks of one room were shown by different instances, in milliseconds. */
export const spreads = ({ ticks }: Load): ReadonlyArray<number> =>
  [...ticks.values()]
    .filter((heard) => heard.size > 1)
    .map((heard) => Math.max(...heard.values()) - Math.min(...heard.values()))

export const percentile = (numbers: ReadonlyArray<number>, share: number): number =>
  numbers.toSorted((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))] ?? Number.NaN

/** The most of these times, in milliseconds, that lie within one second. */
export const mostWithinASecond = (times: ReadonlyArray<number>): number => {
  const sorted = times.toSorted((a, b) => a - b)
  let most = 0
  let first = 0
  for (const [index, time] of sorted.entries()) {
    while (time - sorted[first]! >= 1_000) first++
    most = Math.max(most, index - first + 1)
  }
  return most
}

/** A figure and its bar. */
export interface Figure {
  readonly what: string
  readonly measured: string
  readonly bar: string
  readonly ok: boolean
  /** Is it about how fast something is, and not about what is seen? */
  readonly isTime: boolean
}

const round = (value: number) => String(Math.round(value * 10) / 10)

/** Something that takes so many milliseconds at most. */
export const within = (what: string, millis: number, bar: number): Figure => ({
  what,
  measured: `${round(millis)} ms`,
  bar: `≤ ${bar} ms`,
  ok: millis <= bar,
  // What never came is no matter of time.
  isTime: Number.isFinite(millis)
})

export const exactly = (what: string, count: number, bar: number): Figure => ({
  what,
  measured: String(count),
  bar: String(bar),
  ok: count === bar,
  isTime: false
})

export const atMost = (what: string, count: number, bar: number, isTime = false): Figure => ({
  what,
  measured: round(count),
  bar: `≤ ${bar}`,
  ok: count <= bar,
  isTime
})

export const some = (what: string, count: number): Figure => ({
  what,
  measured: String(count),
  bar: "> 0",
  ok: count > 0,
  isTime: false
})
