/**
 * A room as it is drawn in a terminal: values and pure functions.
 */
import { CliOutput } from "effect/cli"
import type { RoomView } from "../domain/RoomView.ts"
import { lineOf } from "../http/room/Line.ts"
import { phaseOf } from "../http/room/Phase.ts"

const BAR_MOST = 40

const FULL = "█"
const EMPTY = "░"

const LOST = "Connection lost. This is what was known last, counted on."
const BACK = "Connected again."

/** How a change is told. Those that the line shows by itself are not told. */
const CHANGES: Readonly<Partial<Record<RoomView["lastChange"]["kind"], string>>> = {
  start: "started the timer",
  pause: "paused the timer",
  update: "set the timer",
  reset: "reset the timer",
  swap: "swapped the roles",
  next: "handed over",
  extend: "gave more time",
  break: "began a break",
  ack: "has seen that the time is up",
  undo: "took the last change back",
  people: "changed the people",
  settings: "changed the settings",
  complete: "ended the room"
}

/** Returns the lines of a room, none wider than the terminal. `isBack`: the connection was lost until a moment ago. */
export const linesOf = (room: RoomView, columns: number, isBack = false): ReadonlyArray<string> =>
  [
    barOf(room, Math.min(BAR_MOST, columns)),
    lineOf(room),
    peopleOf(room),
    ...(room.goal === "" ? [] : [room.goal]),
    ...(room.uncertain === true ? [LOST] : isBack ? [BACK] : changeOf(room))
  ].map((line) => fitted(line, columns))

const barOf = (room: RoomView, width: number) => {
  const left = phaseOf(room) === "up" ? 0 : room.remainingTime / room.periodDuration
  const full = Math.ceil(left * width)
  return FULL.repeat(full) + EMPTY.repeat(width - full)
}

const peopleOf = ({ driver, here, people }: RoomView) =>
  people
    .map(({ away, name }) => {
      const mark = name === driver ? "▶ " : ""
      return `${mark}${name}${here.includes(name) ? " ●" : ""}${away ? " (away)" : ""}`
    })
    .join("  ")

const changeOf = ({ lastChange: { by, kind } }: RoomView) => {
  const change = CHANGES[kind]
  return by === null || change === undefined ? [] : [`${by} ${change}`]
}

/** Cuts a text to so many columns. A wide character takes two. */
export const fitted = (text: string, columns: number): string => {
  if (CliOutput.displayWidth(text) <= columns) return text
  let cut = ""
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (CliOutput.displayWidth(`${cut}${segment}…`) > columns) break
    cut += segment
  }
  return `${cut}…`
}

/** Returns what puts these lines in the place of as many lines as were drawn before. */
export const redrawn = (before: number, lines: ReadonlyArray<string>): string =>
  `${before === 0 ? "" : `\u001b[${before}F\u001b[J`}${lines.join("\n")}\n`

export const BELL = "\u0007"
