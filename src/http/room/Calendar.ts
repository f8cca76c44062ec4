/**
 * The running period of a room as an event of a calendar (iCalendar, RFC 5545).
 *
 * The access code is the key to the room, and a calendar is easily shared. So neither the code nor the address of the room is in it.
 */
import { createHash } from "node:crypto"
import type { RoomView } from "../../domain/RoomView.ts"
import { toKey } from "../../domain/AccessCode.ts"

/** Returns a calendar with the period that runs as its event; without an event where nothing runs. */
export const calendarOf = (room: RoomView): string =>
  room.endsAt === null ? withoutEvent() : calendar(eventOf(room, room.endsAt))

/** Returns a calendar that shows nothing. */
export const withoutEvent = (): string => calendar(TIME_ZONE)

/**
 * A calendar must have a component (section 3.6), and a calendar that somebody has subscribed to must be able to show nothing: an
 * error would leave the last event where it is, or warn of a broken subscription. The definition of a time zone is a component
 * that shows nothing.
 */
const TIME_ZONE = [
  "BEGIN:VTIMEZONE",
  "TZID:UTC",
  "BEGIN:STANDARD",
  "DTSTART:19700101T000000",
  "TZOFFSETFROM:+0000",
  "TZOFFSETTO:+0000",
  "END:STANDARD",
  "END:VTIMEZONE"
]

const calendar = (component: ReadonlyArray<string>): string =>
  ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Pairroom//Pairroom//EN", ...component, "END:VCALENDAR"]
    .map((line) => `${folded(line)}\r\n`)
    .join("")

/** It begins when the period would have begun without pauses, so that it stays where it is as long as nobody changes it. */
const eventOf = (room: RoomView, endsAt: number): ReadonlyArray<string> => {
  const { driver, navigator, period, turn } = room
  const isBreak = period === "break"
  return [
    "BEGIN:VEVENT",
    `UID:${uidOf(room)}`,
    `DTSTAMP:${utc(room.lastChange.at)}`,
    `DTSTART:${utc(endsAt - room.periodDuration)}`,
    `DTEND:${utc(endsAt)}`,
    `SUMMARY:${escaped(isBreak ? "Break" : `${driver} drives`)}`,
    `DESCRIPTION:${escaped(`${isBreak ? `${driver} drives next` : `${navigator} next`} · turn ${turn}`)}`,
    "END:VEVENT"
  ]
}

/** Hexadecimal digits. They tell rooms apart, and are too few to find the code by trying all codes: a million codes have the same ones. */
const HASH_LENGTH = 10

/** The same for a period however often it is changed, so that a calendar moves its event and makes no second one. */
const uidOf = ({ accessCode, period, turn }: RoomView): string =>
  `${period}-${turn}-${createHash("sha256").update(toKey(accessCode)).digest("hex").slice(0, HASH_LENGTH)}@pairroom`

/** `20261128T143205Z`: whole seconds are all that there is. */
const utc = (millis: number): string =>
  new Date(Math.round(millis / 1_000) * 1_000).toISOString().replaceAll(/[-:]|\.\d+/g, "")

/** A text as a value (section 3.3.11). */
const escaped = (text: string): string =>
  text.replaceAll(/[\\;,]/g, (character) => `\\${character}`).replaceAll(/\r\n|\r|\n/g, "\\n")

/** The longest line, in octets, without its line break (section 3.1). */
const LINE_MAX = 75

/** Breaks a long line into several. No character is cut in two. */
const folded = (line: string): string => {
  const lines: Array<string> = []
  let [current, octets] = ["", 0]
  for (const character of line) {
    const size = Buffer.byteLength(character)
    if (octets + size > LINE_MAX) {
      lines.push(current)
      // The space at the beginning of a line that goes on.
      ;[current, octets] = ["", 1]
    }
    current += character
    octets += size
  }
  return [...lines, current].join("\r\n ")
}
