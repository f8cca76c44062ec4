import { assert, describe, it } from "@effect/vitest"
import * as Frame from "../../src/rooms/Frame.ts"
import { room } from "../store/rooms.ts"

const around = { now: 0, watchers: { connections: 1, names: [] }, certain: true }

describe("Frame", () => {
  it("encodes a second once for all rooms", () => {
    assert.strictEqual(Frame.tick(7_000).bytes, Frame.tick(7_000).bytes)
    assert.strictEqual(new TextDecoder().decode(Frame.tick(7_000).bytes), "event: remaining-time\ndata: 7000\n\n")
  })

  it("keeps no more memory than its bytes, however long it is kept", () => {
    const state = room("ROOM", { goal: "한글 🎉" })
    const frames = [
      Frame.tick(8_000),
      Frame.heartbeat(1, 2),
      Frame.snapshot(state, around, false),
      Frame.presence(state, around)
    ]
    for (const { bytes, kind } of frames) assert.strictEqual(bytes.buffer.byteLength, bytes.byteLength, kind)
    assert.include(new TextDecoder().decode(frames[3]?.bytes), '"goal":"한글 🎉"')
  })
})
