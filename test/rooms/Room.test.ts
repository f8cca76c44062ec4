import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { Rooms } from "../../src/rooms/Rooms.ts"
import { layer, open, seconds, settled, watch } from "./harness.ts"

describe("Room", () => {
  it.effect("sixty seconds give exactly sixty ticks with the right values", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const code = yield* open()
      const room = yield* watch(code)
      assert.deepStrictEqual(room.snapshot, ["connect", "room", "remaining-time 600000"])
      yield* rooms.start(code)
      assert.deepStrictEqual(yield* room.next(2), ["room", "timer start"])
      yield* TestClock.adjust(seconds(60))
      assert.deepStrictEqual(
        yield* room.unread,
        Array.from({ length: 60 }, (_, second) => `remaining-time ${599_000 - second * 1_000}`)
      )
    }).pipe(Effect.provide(layer))
  )

  it.effect("a pause at 2.4 s and a start again give the next tick after 600 ms", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const code = yield* open()
      const room = yield* watch(code)
      yield* rooms.start(code)
      yield* settled
      yield* TestClock.adjust("2400 millis")
      yield* rooms.pause(code)
      assert.deepStrictEqual(yield* room.unread, [
        "room",
        "timer start",
        "remaining-time 599000",
        "remaining-time 598000",
        "room",
        "timer pause"
      ])
      assert.strictEqual((yield* rooms.get(code)).remainingTime, 597_600)
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(yield* room.unread, [])
      yield* rooms.start(code)
      assert.deepStrictEqual(yield* room.unread, ["room", "timer start"])
      yield* TestClock.adjust("599 millis")
      assert.deepStrictEqual(yield* room.unread, [])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(yield* room.unread, ["remaining-time 597000"])
    }).pipe(Effect.provide(layer))
  )

  it.effect("a stream that begins in a running room ticks at once", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const code = yield* open()
      yield* rooms.start(code)
      yield* TestClock.adjust("1500 millis")
      const room = yield* watch(code)
      assert.deepStrictEqual(room.snapshot, ["connect", "room", "remaining-time 598500", "timer running"])
      yield* TestClock.adjust("500 millis")
      assert.deepStrictEqual(yield* room.next(1), ["remaining-time 598000"])
    }).pipe(Effect.provide(layer))
  )

  it.effect("a finish comes once, at its time, and swaps the roles", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const code = yield* open(3_000)
      const room = yield* watch(code)
      yield* rooms.start(code)
      yield* settled
      yield* TestClock.adjust(seconds(10))
      assert.deepStrictEqual(yield* room.unread, [
        "room",
        "timer start",
        "remaining-time 2000",
        "remaining-time 1000",
        "remaining-time 0",
        "room",
        "timer stop"
      ])
      const view = yield* rooms.get(code)
      assert.strictEqual(view.driver, "apple")
      assert.strictEqual(view.turn, 2)
      assert.strictEqual(view.finishedAt, 3_000)
      assert.strictEqual(view.remainingTime, 3_000)
    }).pipe(Effect.provide(layer))
  )
})
