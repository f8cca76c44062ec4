import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as KnownStates from "../../../src/store/sqlite/KnownStates.ts"
import { room } from "../rooms.ts"

const state = room("ROOM")
const text = JSON.stringify(state)

describe("KnownStates", () => {
  it("gives back the very state that was written with exactly this text", () => {
    const states = KnownStates.make()
    states.note("ROOM", text, state)
    assert.strictEqual(Result.getOrThrow(states.decode("ROOM", text)), state)
  })

  it("reads another text anew, also where it was changed behind its back", () => {
    const states = KnownStates.make()
    states.note("ROOM", text, state)
    const changed = JSON.stringify({ ...state, turn: 7 })
    assert.strictEqual(Result.getOrThrow(states.decode("ROOM", changed)).turn, 7)
    assert.strictEqual(Result.getOrThrow(states.decode("ROOM", text)).turn, 1)
    assert.isTrue(Result.isFailure(states.decode("ROOM", "{")))
    states.forget("ROOM")
    assert.deepStrictEqual(Result.getOrThrow(states.decode("ROOM", text)), state)
  })

  it("knows a thousand rooms, and the one longest unused goes first", () => {
    const states = KnownStates.make()
    for (let number = 0; number <= 1_000; number++) states.note(`${number}`, text, { ...state, turn: number })
    assert.strictEqual(Result.getOrThrow(states.decode("1", text)).turn, 1)
    assert.strictEqual(Result.getOrThrow(states.decode("0", text)), Result.getOrThrow(states.decode("0", text)))
    assert.strictEqual(Result.getOrThrow(states.decode("0", text)).turn, state.turn)
  })
})
