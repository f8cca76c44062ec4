import { assert, describe, it } from "@effect/vitest"
import { CliOutput } from "effect/cli"
import * as Screen from "../../src/cli/Screen.ts"
import { countedOn } from "../../src/domain/RoomView.ts"
import { viewed } from "../rooms/view.ts"

describe("a room in a terminal", () => {
  it("shows what is left, who drives, who is here, and what somebody did", () => {
    const room = viewed({
      endsAt: 100_000,
      running: true,
      periodDuration: 100_000,
      goal: "ship the login",
      here: ["apple"],
      people: [
        { name: "lemon", away: false },
        { name: "apple", away: false },
        { name: "di", away: true }
      ],
      lastChange: { kind: "start", by: "apple", at: 0, undoUntil: null }
    })
    assert.deepStrictEqual(Screen.linesOf(countedOn(room, 40_500), 80), [
      `${"█".repeat(24)}${"░".repeat(16)}`,
      "1:00 left · lemon drives, apple next · turn 1",
      "▶ lemon  apple ●  di (away)",
      "ship the login",
      "apple started the timer"
    ])
  })

  it("shows an empty bar while the time is up", () => {
    const room = viewed({ finishedAt: 0, acknowledgedAt: null, turn: 2 })
    assert.deepStrictEqual(Screen.linesOf(countedOn(room, 42_000), 60).slice(0, 2), [
      "░".repeat(40),
      "time is up, overtime 0:42 · lemon drives next · turn 2"
    ])
  })

  it("says in one line that the connection is lost, and that it is back", () => {
    const lastChange = { kind: "start", by: "apple", at: 0, undoUntil: null } as const
    const lost = Screen.linesOf(viewed({ lastChange, uncertain: true }), 80, true)
    assert.deepStrictEqual(lost.slice(3), ["Connection lost. This is what was known last, counted on."])
    assert.deepStrictEqual(Screen.linesOf(viewed({ lastChange }), 80, true).slice(3), ["Connected again."])
  })

  it("is never wider than the terminal, also in Korean and with emoji", () => {
    const room = viewed({ goal: "배포하기 전에 👩‍👩‍👧 모두 함께 확인합니다", driver: "김민아" })
    for (const columns of [10, 11, 20, 33]) {
      for (const line of Screen.linesOf(room, columns)) assert.isAtMost(CliOutput.displayWidth(line), columns)
    }
    assert.strictEqual(Screen.fitted("배포하기", 5), "배포…")
  })

  it("takes the place of what was drawn before", () => {
    assert.strictEqual(Screen.redrawn(0, ["a", "b"]), "a\nb\n")
    assert.strictEqual(Screen.redrawn(2, ["c"]), "\u001b[2F\u001b[Jc\n")
  })
})
