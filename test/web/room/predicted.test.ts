import { assert, describe, it } from "@effect/vitest"
import type { RoomView } from "../../../src/client/RoomClient.ts"
import { expectedAt, finished } from "../../../src/web/room/predicted.ts"

const room = {
  driver: "a",
  navigator: "b",
  people: ["a", "b", "c", "d"].map((name) => ({ name, away: name === "c" })),
  period: "turn",
  periodDuration: 660_000,
  duration: 600_000,
  remainingTime: 1,
  running: true,
  endsAt: 5_000,
  turn: 3,
  breaks: { every: 4, duration: 300_000 },
  breakIn: 2,
  autoStart: null,
  startsAt: null,
  acknowledgedAt: 1
} as unknown as RoomView

const outcome = ({ driver, navigator, period, remainingTime, turn }: RoomView) => ({
  driver,
  navigator,
  period,
  remainingTime,
  turn
})

describe("what a page expects of a finish that it cannot ask about", () => {
  it("is the next one's turn, with the one after who is not away, at the full length", () => {
    const after = finished(room)
    const expected = { driver: "b", navigator: "d", period: "turn", remainingTime: 600_000, turn: 4 }
    assert.deepStrictEqual(outcome(after), expected)
    assert.deepStrictEqual(
      [after.running, after.endsAt, after.finishedAt, after.acknowledgedAt],
      [false, null, 5_000, null]
    )
  })

  it("is that two change places", () => {
    const pair = { ...room, people: room.people.slice(0, 2) }
    assert.deepStrictEqual([finished(pair).driver, finished(pair).navigator], ["b", "a"])
  })

  it("is the same driver again where everybody else is away", () => {
    const people = room.people.map(({ name }) => ({ name, away: name !== "a" }))
    assert.deepStrictEqual([finished({ ...room, people }).driver, finished({ ...room, people }).navigator], ["a", "b"])
  })

  it("starts by itself where the room is set so, and the break comes nearer by one turn", () => {
    const after = finished({ ...room, autoStart: { after: 10_000 } })
    assert.deepStrictEqual([after.startsAt, after.breakIn], [15_000, 1])
    assert.deepStrictEqual([finished(room).startsAt, finished({ ...room, breakIn: 1 }).breakIn], [null, 4])
  })

  it("is a break where one is due, and the turn after it where a break ends", () => {
    const rest = finished({ ...room, breakIn: 1 })
    assert.deepStrictEqual([rest.period, rest.remainingTime, rest.driver], ["break", 300_000, "b"])
    const back = finished({ ...rest, running: true, endsAt: 9_000 })
    assert.deepStrictEqual([back.period, back.remainingTime, back.driver, back.turn], ["turn", 600_000, "b", 4])
  })

  it("runs from the moment on at which it starts by itself, and ends again", () => {
    const alone = { ...room, autoStart: { after: 10_000 } }
    assert.strictEqual(expectedAt(alone, 4_999), alone)
    assert.isFalse(expectedAt(alone, 14_999).running)
    const begun = expectedAt(alone, 15_000)
    assert.deepStrictEqual(
      [begun.running, begun.driver, begun.endsAt, begun.startsAt, begun.acknowledgedAt],
      [true, "b", 615_000, null, 15_000]
    )
    const later = expectedAt(alone, 615_000)
    assert.deepStrictEqual(
      [later.running, later.period, later.finishedAt, later.startsAt],
      [false, "break", 615_000, 625_000]
    )
    // A finish that is known, too: only its start is not.
    assert.strictEqual(expectedAt({ ...alone, running: false, endsAt: null, startsAt: 7_000 }, 7_000).running, true)
    assert.isFalse(expectedAt(room, 1e12).running)
  })

  it("does not count for ever", () => {
    const short = { ...room, duration: 1_000, breaks: null, autoStart: { after: 0 } }
    assert.isBelow(expectedAt(short, Number.MAX_SAFE_INTEGER).turn, 300)
  })
})
