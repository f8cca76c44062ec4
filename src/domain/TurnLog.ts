/**
 * The log of a room: the turns that have ended, and how long everybody has driven.
 */
import { Schema } from "effect"
import { list, MOST, name, time, whole } from "./described.ts"
import * as People from "./People.ts"
import { PEOPLE_MAX, PEOPLE_MIN } from "./PeopleCount.ts"

/** How many ended turns are kept. */
export const TURNS_KEPT = 100

/** Everybody in the room, who has left, and who has left and is in the log. */
const TOTALS_MAX = PEOPLE_MAX + People.FORMER_KEPT + 2 * TURNS_KEPT

/** How a turn ended. */
export const Ended = Schema.Literals(["finish", "next", "away", "complete"])
export type Ended = typeof Ended.Type

/**
 * An ended turn: its number, the numbers of its driver and navigator, when it was started first and when it ended (milliseconds
 * since the epoch), how long it ran (milliseconds), and how it ended. A tuple, because a room keeps many of them.
 */
export const LoggedTurn = Schema.Tuple([Schema.Int, Schema.Int, Schema.Int, Schema.Int, Schema.Int, Schema.Int, Ended])
export type LoggedTurn = typeof LoggedTurn.Type

/** The ended turns, the oldest first. */
export type TurnLog = ReadonlyArray<LoggedTurn>

export const append = (log: TurnLog, turn: LoggedTurn): TurnLog => [...log.slice(1 - TURNS_KEPT), turn]

/** Is the person with this number the driver or the navigator of a turn in the log? */
export const isInLog =
  (log: TurnLog) =>
  (number: number): boolean =>
    log.some(([, driver, navigator]) => driver === number || navigator === number)

/** How to get an earlier log back from a later one: what to cut off at both ends, and what to put there. */
export const LogPatch = Schema.Struct({
  cutFirst: People.Count,
  first: Schema.Array(LoggedTurn),
  cutLast: People.Count,
  last: Schema.Array(LoggedTurn)
})
export type LogPatch = typeof LogPatch.Type

/** Returns how to get `before` back from `after`, which was made from it. */
export const patchOf = (before: TurnLog, after: TurnLog): LogPatch => {
  const gone = Math.max(0, before.indexOf(after[0]!))
  const come = Math.max(0, after.indexOf(before[0]!))
  const shared = Math.min(before.length - gone, after.length - come)
  return {
    cutFirst: come,
    first: before.slice(0, gone),
    cutLast: after.length - come - shared,
    last: before.slice(gone + shared)
  }
}

export const restore = (after: TurnLog, { cutFirst, cutLast, first, last }: LogPatch): TurnLog => [
  ...first,
  ...after.slice(cutFirst, after.length - cutLast),
  ...last
]

/** An ended turn as a client sees it. */
export const TurnView = Schema.Struct({
  turn: whole(1, MOST, "its number", 3),
  driver: name("who drove at its end", "ann"),
  navigator: name("who navigated at its end", "bo"),
  startedAt: time("when it was started first"),
  endedAt: time("when it ended"),
  drove: whole(0, MOST, "how long it ran, in milliseconds", 600_000),
  ended: Ended.annotate({
    description: "how it ended: the time was up, or somebody handed over, went, or completed the room"
  })
}).annotate({ identifier: "Turn", description: "An ended turn." })
export type TurnView = typeof TurnView.Type

/** How many ended turns somebody drove, and for how long, in milliseconds. */
export const Total = Schema.Struct({
  name: name("who", "ann"),
  turns: whole(0, MOST, "how many ended turns this person drove", 2),
  drove: whole(0, MOST, "for how long, in milliseconds", 1_200_000)
}).annotate({ identifier: "Total", description: "How much somebody has driven." })
export type Total = typeof Total.Type

/** The last 100 ended turns, the oldest first, and the totals over all ended turns. */
export const TurnsView = Schema.Struct({
  turns: list(TurnView, 0, TURNS_KEPT, "the last ended turns, the oldest first"),
  totals: list(Total, PEOPLE_MIN, TOTALS_MAX, "everybody, over all ended turns")
}).annotate({
  identifier: "Turns",
  description: "The ended turns, and how much everybody has driven.",
  examples: [
    {
      turns: [
        {
          turn: 1,
          driver: "ann",
          navigator: "bo",
          startedAt: 1_790_000_000_000,
          endedAt: 1_790_000_600_000,
          drove: 600_000,
          ended: "finish"
        }
      ],
      totals: [
        { name: "ann", turns: 1, drove: 600_000 },
        { name: "bo", turns: 0, drove: 0 }
      ]
    }
  ]
})
export type TurnsView = typeof TurnsView.Type

interface Logged extends People.People {
  readonly log: TurnLog
}

export const turnsView = (room: Logged): TurnsView => ({
  turns: room.log.map(([turn, driver, navigator, startedAt, endedAt, drove, ended]) => ({
    turn,
    driver: People.nameOf(room, driver),
    navigator: People.nameOf(room, navigator),
    startedAt,
    endedAt,
    drove,
    ended
  })),
  totals: totalsOf(room)
})

/** Everybody in the room, and those who have left and have driven. Two records with one name are one person. */
const totalsOf = ({ former, people }: Logged): ReadonlyArray<Total> => {
  const totals = new Map<string, Total>()
  for (const { drove, name, turns } of [...people, ...former.filter((person) => person.turns > 0)]) {
    const known = totals.get(name) ?? { name, turns: 0, drove: 0 }
    totals.set(name, { name, turns: known.turns + turns, drove: known.drove + drove })
  }
  return [...totals.values()]
}

const COLUMNS = ["turn", "driver", "navigator", "startedAt", "endedAt", "drove", "ended"] as const

/** Returns the turns as CSV (RFC 4180), with a line that names the columns. */
export const toCsv = ({ turns }: TurnsView): string =>
  [COLUMNS, ...turns.map((turn) => COLUMNS.map((column) => turn[column]))]
    .map((cells) => `${cells.map(cell).join(",")}\r\n`)
    .join("")

/** A spreadsheet would take a text that begins so for a formula. */
const FORMULA = /^[=+\-@]/

const cell = (value: string | number): string => {
  const text = typeof value === "string" && FORMULA.test(value) ? `'${value}` : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
