import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { apply } from "../../src/domain/Commands.ts"
import { RoomState, rolesOf } from "../../src/domain/RoomState.ts"
import { RoomStateV1, upgrade } from "../../src/domain/RoomStateV1.ts"
import { settle } from "../../src/domain/Settle.ts"
import { paused, running } from "../../src/domain/Timer.ts"
import { next } from "../../src/domain/TurnCommands.ts"
import { turnsView } from "../../src/domain/TurnLog.ts"

const stored = {
  version: 1,
  accessCode: "IAN234",
  revision: 12,
  id: "abc",
  previousId: "ab",
  change: "start",
  timerChange: "start",
  status: "IN_PROGRESS",
  driver: "lemon",
  navigator: "apple",
  missionUrl: "",
  duration: 600_000,
  timer: running(1_600_000),
  turn: 3,
  finishedAt: 900_000,
  streamsEnded: 1
} as const

const read = (fields: object = {}) => upgrade(Schema.decodeUnknownSync(RoomStateV1)({ ...stored, ...fields }))

describe("a room of version 1", () => {
  it("is a room of two people, with the same id, timer and turn", () => {
    const room = read()
    assert.isTrue(Schema.is(RoomState)(room))
    assert.deepStrictEqual(rolesOf(room), { driver: "lemon", navigator: "apple" })
    const { finishedAt, id, streamsEnded, timer, turn } = stored
    assert.deepInclude(room, { id, timer, turn, finishedAt, streamsEnded, acknowledgedAt: finishedAt })
  })

  it("finishes when its time is up, as before, with the id that the version before gives", () => {
    const finished = settle(read(), 1_600_000)
    assert.deepInclude(finished, { id: "abc-finish", turn: 4, finishedAt: 1_600_000 })
    assert.deepStrictEqual(rolesOf(finished), { driver: "apple", navigator: "lemon" })
    assert.deepInclude(turnsView(finished).turns[0], { turn: 3, driver: "lemon", drove: 600_000 })
  })

  it("hands over as a turn that has run, where it was paused in the middle", () => {
    const paused599 = read({ timer: paused(599_000), change: "pause", timerChange: "pause" })
    const handed = Result.getOrThrow(apply(next, paused599, { now: 2_000_000, nonce: "n" }))
    assert.deepInclude(handed, { turn: 4, timer: paused(600_000) })
    assert.strictEqual(handed.log[0]?.[5], 1_000)
  })
})
