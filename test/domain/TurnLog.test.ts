import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { apply } from "../../src/domain/Commands.ts"
import type * as People from "../../src/domain/People.ts"
import { PEOPLE_MAX } from "../../src/domain/PeopleCount.ts"
import { type AccessCode, create, type RoomState } from "../../src/domain/RoomState.ts"
import { settle } from "../../src/domain/Settle.ts"
import * as SettingsCommands from "../../src/domain/SettingsCommands.ts"
import { start } from "../../src/domain/TimerCommands.ts"
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

const names = (letter: string) =>
  Array.from({ length: PEOPLE_MAX }, (_, index) => letter.repeat(18) + String(index).padStart(2, "0"))

describe("a large room", () => {
  it("of 20 people with names of 20 letters and 100 turns takes less than 16 KiB, with what an undo needs", () => {
    for (const people of [names("m"), names("한")]) {
      const now = 1_800_000_000_000
      let room: RoomState = create(
        "IAN2345678901" as AccessCode,
        { people, timerDuration: 1_000, autoStart: { after: 0 } },
        { now, nonce: "a".repeat(18) }
      )
      room = Result.getOrThrow(apply(start, room, { now, nonce: "b".repeat(18) }))
      room = settle(room, now + 86_400_000)
      room = Result.getOrThrow(
        apply(SettingsCommands.change({ goal: "x".repeat(140) }), room, {
          now: now + 86_400_000,
          nonce: "c".repeat(18),
          by: people[7]!
        })
      )
      assert.strictEqual(room.log.length, TURNS_KEPT)
      assert.isNotNull(room.before)
      assert.isBelow(new TextEncoder().encode(JSON.stringify(room)).length, 16_384)
    }
  })
})
