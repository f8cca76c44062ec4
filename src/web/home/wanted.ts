/** What the form of a new room begins with: what the address asks for, or what this browser chose last. */
import { toName } from "../../domain/Name.ts"
import { PEOPLE_MAX } from "../../domain/PeopleCount.ts"
import { durationIn, MINUTE, minutesOf } from "../duration.ts"

export interface Wanted {
  readonly people: ReadonlyArray<string>
  /** As it is typed. */
  readonly minutes: string
  /** After how many turns there is a break; 0 for none. */
  readonly breaks: number
}

export const USUAL: Wanted = { people: [], minutes: "10", breaks: 0 }

const BREAKS_MAX = 20

/** Returns what an address asks for, such as `?people=Mina,Jun&minutes=15&breaks=4`. What makes no sense counts for nothing. */
export const wantedBy = (search: string, before: Wanted): Wanted => {
  const asked = new URLSearchParams(search)
  // One that cannot be used is said at its field, and mended there.
  const names = (asked.get("people") ?? "")
    .split(",")
    .map(toName)
    .filter((name) => name !== "")
  const people = [...new Set(names)].slice(0, PEOPLE_MAX)
  const duration = durationIn(asked.get("minutes") ?? "")
  const breaks = Number(asked.get("breaks") ?? Number.NaN)
  return {
    people: people.length > 0 ? people : before.people,
    minutes: duration === undefined ? before.minutes : minutesOf(duration),
    breaks: Number.isInteger(breaks) && breaks >= 0 && breaks <= BREAKS_MAX ? breaks : before.breaks
  }
}

/** How long a break of a new room is, in milliseconds. */
export const BREAK_LENGTH = 5 * MINUTE

export const isWanted = (value: unknown): value is Wanted => {
  const { breaks, minutes, people } = Object(value) as Partial<Wanted>
  return (
    Array.isArray(people) &&
    people.every((name) => typeof name === "string") &&
    typeof minutes === "string" &&
    Number.isInteger(breaks)
  )
}
