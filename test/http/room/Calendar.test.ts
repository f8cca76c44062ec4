import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { calendarOf } from "../../../src/http/room/Calendar.ts"
import { openRoom, rooms } from "./rooms.ts"

/** What a calendar reads: whole lines without their folds, and the values by their names. */
const read = (calendar: string) => {
  assert.isTrue(calendar.endsWith("\r\n"))
  const lines = calendar.slice(0, -2).split("\r\n")
  for (const line of lines) {
    assert.isAtMost(Buffer.byteLength(line), 75, line)
    assert.notMatch(line, /[\r\n]/)
    assert.isTrue(line.isWellFormed())
  }
  const unfolded = lines.join("\r\n").replaceAll("\r\n ", "").split("\r\n")
  const values = new Map(unfolded.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)]))
  return { unfolded, values }
}

const TURN = [
  "BEGIN:VCALENDAR",
  "VERSION:2.0",
  "PRODID:-//Pairroom//Pairroom//EN",
  "BEGIN:VEVENT",
  "UID:…",
  "DTSTAMP:20261128T120000Z",
  "DTSTART:20261128T120000Z",
  "DTEND:20261128T121500Z",
  "SUMMARY:ann drives",
  "DESCRIPTION:bo next · turn 1",
  "END:VEVENT",
  "END:VCALENDAR"
]

describe("calendarOf", () => {
  it.effect("has the running turn or break as its event, in UTC", () =>
    Effect.gen(function* () {
      const { code, rooms, seen } = yield* openRoom()
      yield* rooms.start(code)
      yield* TestClock.adjust("1 minute")
      const { unfolded } = read(calendarOf(yield* seen))
      assert.deepStrictEqual(
        unfolded.map((line) => line.replace(/^UID:.+/, "UID:…")),
        TURN
      )
      yield* rooms.takeBreak(code, { duration: 300_000 })
      const { values } = read(calendarOf(yield* seen))
      assert.deepStrictEqual(
        ["DTSTART", "DTEND", "SUMMARY", "DESCRIPTION"].map((name) => values.get(name)),
        ["20261128T120100Z", "20261128T120600Z", "Break", "ann drives next · turn 1"]
      )
    }).pipe(
      Effect.provide(rooms),
      // Before there are rooms: nothing of theirs has to run through all these years.
      (test) => Effect.andThen(TestClock.setTime(Date.UTC(2026, 10, 28, 12, 0, 0, 400)), test)
    )
  )

  it.effect(
    "names the same event however the period is changed, another one for the next, and never the access code",
    () =>
      Effect.gen(function* () {
        const { code, rooms, seen } = yield* openRoom()
        const uid = Effect.map(seen, (room) => {
          const calendar = calendarOf(room)
          assert.notInclude(calendar.toUpperCase(), code)
          return read(calendar).values.get("UID")
        })
        yield* rooms.start(code)
        const first = yield* uid
        assert.match(String(first), /^turn-1-[0-9a-f]{10}@pairroom$/)
        yield* rooms.extend(code, { time: 60_000 })
        assert.strictEqual(yield* uid, first)
        assert.strictEqual(read(calendarOf(yield* seen)).values.get("DTEND"), "19700101T001600Z")
        yield* rooms.takeBreak(code, {})
        assert.strictEqual(yield* uid, first?.replace("turn", "break"))
        yield* rooms.next(code)
        yield* rooms.next(code)
        assert.strictEqual(yield* uid, first?.replace("1", "2"))
        const other = yield* openRoom()
        yield* other.rooms.start(other.code)
        assert.notStrictEqual(read(calendarOf(yield* other.seen)).values.get("UID"), first)
      }).pipe(Effect.provide(rooms))
  )

  it.effect("has no event while nothing runs, and is a calendar all the same", () =>
    Effect.gen(function* () {
      const { code, rooms, seen } = yield* openRoom({ autoStart: { after: 90_000 } })
      const nothing = Effect.map(seen, (room) => {
        const { unfolded } = read(calendarOf(room))
        assert.deepStrictEqual(
          unfolded.filter((line) => /^(?:BEGIN|END):/.test(line)),
          ["BEGIN:VCALENDAR", "BEGIN:VTIMEZONE", "BEGIN:STANDARD", "END:STANDARD", "END:VTIMEZONE", "END:VCALENDAR"]
        )
      })
      yield* nothing
      yield* rooms.start(code)
      yield* rooms.pause(code)
      yield* nothing
      yield* rooms.start(code)
      yield* TestClock.adjust("15 minutes")
      yield* nothing
      yield* rooms.complete(code)
      yield* nothing
    }).pipe(Effect.provide(rooms))
  )

  it.effect("a name is text, folded without cutting a character", () =>
    Effect.gen(function* () {
      const names = ["a,b;c\\nBEGIN:VEVENT", "👨‍👩‍👧‍👦".repeat(11), "한".repeat(20)]
      for (const name of names) {
        const { code, rooms, seen } = yield* openRoom({ people: [name, "bo"] })
        yield* rooms.start(code)
        const { unfolded, values } = read(calendarOf(yield* seen))
        assert.strictEqual(unfolded.length, TURN.length)
        const summary = values.get("SUMMARY") ?? ""
        assert.strictEqual(
          summary.replaceAll(/\\(.)/g, (_, character: string) => character),
          `${name} drives`
        )
        assert.notMatch(summary, /(?<!\\)[,;]/)
      }
      const [awkward] = names
      const { code, rooms, seen } = yield* openRoom({ people: [awkward, "bo"] })
      yield* rooms.start(code)
      assert.include(calendarOf(yield* seen), "SUMMARY:a\\,b\\;c\\\\nBEGIN:VEVENT drives\r\n")
    }).pipe(Effect.provide(rooms))
  )
})
