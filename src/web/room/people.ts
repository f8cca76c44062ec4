/** How a person looks: a colour and a letter, the same on every screen and whoever drives. */

import type { RoomView } from "../../client/RoomClient.ts"

/** How many colours there are; the style sheet has them as `--p1` to `--p8`. */
export const COLOURS = 8

export interface Look {
  /** From 1 to COLOURS. */
  readonly colour: number
  /** Has somebody else this colour too? Then the avatar is square. */
  readonly again: boolean
}

/**
 * Returns a look for each name. It depends on the names alone and not on their order, so that every screen gives the same. Where
 * two want one colour, the second in the alphabet takes the next free one.
 */
export const looksOf = (names: ReadonlyArray<string>): ReadonlyMap<string, Look> => {
  const taken = new Set<number>()
  const looks = new Map<string, Look>()
  for (const name of new Set(names.toSorted())) {
    const again = looks.size >= COLOURS
    const wanted = hash(name) % COLOURS
    const places = Array.from({ length: COLOURS }, (_, step) => (wanted + step) % COLOURS)
    const place = again ? wanted : (places.find((one) => !taken.has(one)) ?? wanted)
    taken.add(place)
    looks.set(name, { colour: place + 1, again })
  }
  return looks
}

/** FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv */
const hash = (text: string): number => {
  let value = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0
  return value
}

const segmenter = new Intl.Segmenter()

/** The first letter of a name, as a person would say it. */
export const initialOf = (name: string): string => ([...segmenter.segment(name)][0]?.segment ?? "").toLocaleUpperCase()

/** From here on letters are about as wide as they are high: Hangul, and what is written like it. */
const WIDE_FROM = "\u1100"

/** About how wide a text is in em, when it is set in bold. */
export const widthOf = (text: string): number =>
  [...segmenter.segment(text)].reduce((sum, { segment }) => sum + (segment >= WIDE_FROM ? 1.05 : 0.6), 0)

/** The people in the order in which they drive, from the navigator on; the driver is not among them. */
export const comingOf = <P extends RoomView["people"][number]>(
  people: ReadonlyArray<P>,
  { driver, navigator }: { readonly driver: string; readonly navigator: string }
): ReadonlyArray<P> => {
  const place = Math.max(
    0,
    people.findIndex(({ name }) => name === navigator)
  )
  return [...people.slice(place), ...people.slice(0, place)].filter(({ name }) => name !== driver)
}

/** What is needed to tell when turns begin. */
export type Schedule = Pick<
  RoomView,
  "breakIn" | "breaks" | "driver" | "duration" | "endsAt" | "navigator" | "people" | "period"
>

/**
 * Returns when the turn of each one who comes begins, in milliseconds, if every period begins at once after the one before. Nothing
 * is known while the timer stands.
 */
export const beginningsOf = (room: Schedule): ReadonlyMap<string, number> => {
  const beginnings = new Map<string, number>()
  if (room.endsAt === null) return beginnings
  let at = room.period === "break" ? room.endsAt + room.duration : room.endsAt
  let turns = room.breakIn
  for (const { name } of comingOf(room.people, room).filter(({ away }) => !away)) {
    if (turns !== null && room.breaks !== null) {
      turns -= 1
      if (turns === 0) {
        at += room.breaks.duration
        turns = room.breaks.every
      }
    }
    beginnings.set(name, at)
    at += room.duration
  }
  return beginnings
}
