import { assert, describe, it } from "@effect/vitest"
import type { RoomView } from "../../../src/client/RoomClient.ts"
import { changeOf } from "../../../src/web/room/change.ts"
import { en } from "../../../src/web/text/en.ts"
import { ko } from "../../../src/web/text/ko.ts"

const before = {
  autoStart: null,
  breaks: null,
  duration: 600_000,
  goal: "",
  lastChange: { kind: "start", by: null, at: 1, undoUntil: null },
  missionUrl: "",
  people: ["a", "b"].map((name) => ({ name, away: false })),
  period: "turn"
} as unknown as RoomView

const after = (kind: string, change: Partial<RoomView> = {}, from: RoomView = before) =>
  changeOf(from, { ...from, ...change, lastChange: { ...from.lastChange, kind } } as RoomView)

describe("what somebody has done", () => {
  it("is that a break was ended, where the next one is asked for in a break, and a hand-over in a turn", () => {
    assert.strictEqual(after("next", { period: "turn" }, { ...before, period: "break" }), "endBreak")
    assert.strictEqual(after("next"), "next")
    assert.strictEqual(en.changes.endBreak, "ended the break")
    assert.strictEqual(ko.changes.endBreak, "휴식을 끝냈습니다")
  })

  it("names the setting that an undo takes back", () => {
    assert.strictEqual(after("settings", { breaks: { every: 4, duration: 1_000 } }), "breaks")
    assert.strictEqual(after("settings", { autoStart: { after: 0 } }), "autoStart")
    assert.strictEqual(after("settings", { goal: "x" }), "goal")
    assert.strictEqual(after("settings", { goal: "x", missionUrl: "https://x.test/" }), "settings")
    assert.strictEqual(after("update", { duration: 300_000 }), "length")
    assert.strictEqual(after("update"), "update")
  })

  it("tells a new order and who is away from who is in the room", () => {
    assert.strictEqual(after("people", { people: before.people.toReversed() }), "order")
    assert.strictEqual(after("people", { people: [{ name: "a", away: true }, before.people[1]!] }), "away")
    assert.strictEqual(after("people", { people: before.people.slice(1) }), "people")
    assert.strictEqual(after("people", { people: [before.people[0]!, { name: "c", away: false }] }), "name")
  })

  it("has words in every language, and the one who did it stands where the language wants it", () => {
    for (const text of [en, ko]) for (const words of Object.values(text.changes)) assert.match(words, /\S/)
    assert.deepStrictEqual([en.didBy.after, ko.didBy.after], ["", " 님이"])
  })
})
