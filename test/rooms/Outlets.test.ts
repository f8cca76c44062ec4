import { assert, describe, it } from "@effect/vitest"
import { create } from "../../src/domain/RoomState.ts"
import type { AccessCode } from "../../src/domain/RoomState.ts"
import * as Frame from "../../src/rooms/Frame.ts"
import { Outlets, RETURN_GRACE } from "../../src/rooms/Outlets.ts"

const state = create("AAAA" as AccessCode, { driver: "lemon", navigator: "apple", timerDuration: 1_000 }, "nonce")

const outlet = (options: { readonly ticks?: boolean; readonly takes?: number } = {}) => {
  const frames: Array<string> = []
  let ended = 0
  return {
    frames,
    ended: () => ended,
    ticks: options.ticks ?? true,
    write: (frame: Frame.Frame) => frames.push(frame.kind) <= (options.takes ?? Number.POSITIVE_INFINITY),
    end: () => void ended++
  }
}

const presence = (outlets: Outlets) => Frame.presence(state, 0, outlets.connections)

describe("Outlets", () => {
  it("hand ticks only to those who want them, and everything else to all", () => {
    const outlets = new Outlets()
    const [loud, silent] = [outlet(), outlet({ ticks: false })]
    outlets.join(loud, 1, false)
    outlets.join(silent, 1, false)
    outlets.hand(Frame.tick(1_000, 0))
    outlets.hand(Frame.heartbeat(0))
    outlets.hand(Frame.change(state, 0, 2))
    assert.deepStrictEqual(loud.frames, ["tick", "heartbeat", "change"])
    assert.deepStrictEqual(silent.frames, ["heartbeat", "change"])
  })

  it("tell presence only to those who were told another number", () => {
    const outlets = new Outlets()
    const [first, second] = [outlet(), outlet()]
    outlets.join(first, 1, false)
    assert.isFalse(outlets.hasUntold)
    outlets.join(second, 1, false)
    assert.isTrue(outlets.hasUntold)
    outlets.hand(presence(outlets))
    assert.isFalse(outlets.hasUntold)
    assert.deepStrictEqual([first.frames, second.frames], [["presence"], []])
  })

  it("count for ten seconds who was ended, and give the place back to who returns", () => {
    const outlets = new Outlets()
    const [first, second, again] = [outlet(), outlet(), outlet()]
    outlets.join(first, 1_000, false)
    outlets.join(second, 2_000, false)
    outlets.retire(1_000)
    assert.deepStrictEqual([first.ended(), second.ended(), outlets.connections], [1, 0, 2])
    outlets.join(again, 100_000, true)
    assert.strictEqual(outlets.connections, 2)
    assert.strictEqual(outlets.nextForgotten, Number.POSITIVE_INFINITY)
    outlets.retire(2_000)
    assert.strictEqual(outlets.nextForgotten, 2_000 + RETURN_GRACE)
    outlets.retire(2_000 + RETURN_GRACE)
    assert.strictEqual(outlets.connections, 1)
  })

  it("count for ten seconds whose stream is ended elsewhere, and know no stranger", () => {
    const outlets = new Outlets()
    const [first, stranger] = [outlet(), outlet()]
    outlets.join(first, 1_000, false)
    for (const one of [first, first, stranger]) outlets.dismiss(one, 500)
    outlets.leave(first)
    assert.deepStrictEqual([first.ended(), outlets.connections], [0, 1])
    outlets.retire(500 + RETURN_GRACE)
    assert.strictEqual(outlets.connections, 0)
  })

  it("give up who takes no more, and everyone else gets the frame", () => {
    const outlets = new Outlets()
    const [stuck, fine] = [outlet({ takes: 1 }), outlet()]
    outlets.join(stuck, 1, false)
    outlets.join(fine, 1, false)
    outlets.hand(Frame.tick(2_000, 0))
    outlets.hand(Frame.tick(1_000, 0))
    outlets.hand(Frame.heartbeat(0))
    assert.deepStrictEqual([stuck.ended(), fine.frames.length, outlets.connections], [1, 3, 2])
  })

  it("know no one who has left by itself, who is gone at once", () => {
    const outlets = new Outlets()
    const gone = outlet()
    outlets.join(gone, 1, false)
    outlets.leave(gone)
    outlets.leave(gone)
    outlets.hand(Frame.heartbeat(0))
    assert.deepStrictEqual([gone.frames, gone.ended(), outlets.connections, outlets.isEmpty], [[], 0, 0, true])
  })
})
