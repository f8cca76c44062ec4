import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { apply, type Command } from "../../src/domain/Commands.ts"
import type * as People from "../../src/domain/People.ts"
import { PEOPLE_MAX } from "../../src/domain/PeopleCount.ts"
import { type AccessCode, create, type RoomState } from "../../src/domain/RoomState.ts"
import { settle } from "../../src/domain/Settle.ts"
import { change } from "../../src/domain/SettingsCommands.ts"
import { start } from "../../src/domain/TimerCommands.ts"
import { next, takeBreak } from "../../src/domain/TurnCommands.ts"
import { type LoggedTurn, patchOf, restore, toCsv, TURNS_KEPT, turnsView } from "../../src/domain/TurnLog.ts"

const turn = (number: number): LoggedTurn => [number, 1, 2, number, number + 1, 1, "finish"]
const turns = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => turn(from + index))

describe("patchOf and restore", () => {
  it("give back the log that there was, also where the oldest turn had to go or came back", () => {
    const all = turns(1, 101)
    const few = all.slice(0, 3)
    const pairs: ReadonlyArray<readonly [ReadonlyArray<LoggedTurn>, ReadonlyArray<LoggedTurn>]> = [
      [few, few],
      [[], few.slice(0, 1)],
      [few.slice(0, 1), []],
      [few.slice(0, 2), few],
      [few, few.slice(0, 2)],
      [all.slice(0, 100), all.slice(1)],
      [all.slice(1), all.slice(0, 100)]
    ]
    for (const [before, after] of pairs) {
      const patch = patchOf(before, after)
      assert.deepStrictEqual(restore(after, patch), before)
      assert.isAtMost(patch.first.length + patch.last.length, 1)
    }
  })
})

describe("turnsView", () => {
  const people: People.People = {
    people: [
      { number: 1, name: "ann", away: false, turns: 2, drove: 20 },
      { number: 4, name: "bo", away: false, turns: 0, drove: 0 }
    ],
    former: [
      { number: 2, name: "ann", turns: 1, drove: 5 },
      { number: 3, name: "cleo", turns: 0, drove: 0 }
    ],
    driver: 1
  }

  it("names people as they are called now, and adds up those who have one name", () => {
    const view = turnsView({ ...people, log: [[7, 2, 3, 100, 110, 5, "away"]] })
    assert.deepStrictEqual(view, {
      turns: [{ turn: 7, driver: "ann", navigator: "cleo", startedAt: 100, endedAt: 110, drove: 5, ended: "away" }],
      totals: [
        { name: "ann", turns: 3, drove: 25 },
        { name: "bo", turns: 0, drove: 0 }
      ]
    })
  })

  it("is written as CSV that a spreadsheet reads as text", () => {
    const renamed = { ...people, people: [{ ...people.people[0]!, name: '=1+1,"x"' }, people.people[1]!] }
    const csv = toCsv(turnsView({ ...renamed, log: [[1, 1, 4, 100, 200, 90, "finish"]] }))
    assert.strictEqual(
      csv,
      'turn,driver,navigator,startedAt,endedAt,drove,ended\r\n1,"\'=1+1,""x""",bo,100,200,90,finish\r\n'
    )
    assert.include(toCsv(turnsView({ ...people, log: [] })), "turn,driver")
  })
})

/** Twenty names of twenty characters, the last of which tell them apart. */
const names = (character: string) =>
  Array.from({ length: PEOPLE_MAX }, (_, index) => character.repeat(18) + String(index).padStart(2, "0"))

describe("a large room", () => {
  const [now, later] = [1_800_000_000_000, 1_800_086_400_000]

  const afterTurns = (people: ReadonlyArray<string>): RoomState => {
    const room = create(
      "IAN2345678901" as AccessCode,
      { people, timerDuration: 1_000, autoStart: { after: 0 } },
      { now, nonce: "a".repeat(18) }
    )
    return settle(Result.getOrThrow(apply(start, room, { now, nonce: "b".repeat(18) })), later)
  }

  /** Commands that can be undone, so that the room keeps what was before. */
  const commands: ReadonlyArray<Command<unknown>> = [
    start,
    next,
    takeBreak(),
    change({ goal: "한".repeat(140), missionUrl: `https://example.org/${"x".repeat(180)}` })
  ]

  const largest = (people: ReadonlyArray<string>): number => {
    const moment = { now: later, nonce: "c".repeat(18), by: people[7]! }
    const rooms = [afterTurns(people)]
    for (const command of commands) {
      const last = rooms.at(-1)!
      rooms.push(Result.getOrThrow(apply(command, last, moment)))
    }
    assert.strictEqual(rooms.at(-1)?.log.length, TURNS_KEPT)
    assert.isNotNull(rooms.at(-1)?.before)
    return Math.max(...rooms.map((room) => new TextEncoder().encode(JSON.stringify(room)).length))
  }

  it.each(["m", "é", "한"])(
    "of 20 people with names of 20 letters (%s) and 100 turns takes less than 16 KiB",
    (letter) => assert.isBelow(largest(names(letter)), 16_384)
  )

  it("takes less than 24 KiB where each letter of the names is an emoji of several code points", () =>
    assert.isBelow(largest(names("🧑🏽‍💻")), 24_576))
})
