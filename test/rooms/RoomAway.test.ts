/** A Room on a store that goes away and comes back. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Queue, Stream } from "effect"
import { TestClock } from "effect/testing"
import { Rooms } from "../../src/rooms/Rooms.ts"
import { withFate } from "./fate.ts"
import { brief, open, seconds, views, watch } from "./harness.ts"

describe("Room, while the store is away", () => {
  it.effect("goes on counting, says that it is uncertain, with the same id, and says when it is certain again", () =>
    withFate((fate) =>
      Effect.gen(function* () {
        const rooms = yield* Rooms
        const code = yield* open(10_000)
        yield* rooms.start(code)
        const { id } = yield* rooms.get(code)
        const room = yield* watch(code)
        yield* fate.goes(true)
        yield* TestClock.adjust(seconds(2))
        yield* fate.goes(false)
        const events = yield* Queue.clear(room.seen)
        assert.deepStrictEqual(events.map(brief), ["room", "remaining-time 9000", "remaining-time 8000", "room"])
        assert.deepStrictEqual(
          views(events).map((view) => [view.id, view.uncertain]),
          [
            [id, true],
            [id, undefined]
          ]
        )
        assert.isFalse("uncertain" in views(events)[1]!)
      })
    )
  )

  it.effect("shows who comes what is known, as uncertain", () =>
    withFate((fate) =>
      Effect.gen(function* () {
        const rooms = yield* Rooms
        const code = yield* open()
        yield* watch(code)
        yield* fate.goes(true)
        const events = yield* Stream.runCollect(Stream.take(rooms.events(code), 2))
        assert.strictEqual(views(events)[0]?.uncertain, true)
        assert.strictEqual((yield* Effect.flip(rooms.get(code)))._tag, "StoreUnavailable")
      })
    )
  )

  it.effect("shows a finish that falls due, once, and the same that others show", () =>
    withFate((fate) =>
      Effect.gen(function* () {
        const rooms = yield* Rooms
        const code = yield* open(2_000)
        yield* rooms.start(code)
        const room = yield* watch(code)
        yield* fate.goes(true)
        yield* TestClock.adjust(seconds(3))
        yield* fate.goes(false)
        yield* fate.readAgain(code)
        const events = yield* Queue.clear(room.seen)
        assert.deepStrictEqual(events.map(brief), [
          "room",
          "remaining-time 1000",
          "remaining-time 0",
          "room",
          "timer stop",
          "room"
        ])
        assert.strictEqual(views(events).at(-1)?.id, (yield* rooms.get(code)).id)
      })
    )
  )

  it.effect("learns afterwards of a pause elsewhere that it did not know of, when it has shown the finish", () =>
    withFate((fate) =>
      Effect.gen(function* () {
        const rooms = yield* Rooms
        const code = yield* open(2_000)
        yield* rooms.start(code)
        const room = yield* watch(code)
        yield* fate.becomesDeaf
        yield* TestClock.adjust(seconds(1))
        yield* rooms.pause(code)
        yield* fate.goes(true)
        yield* TestClock.adjust(seconds(3))
        yield* room.unread
        yield* fate.goes(false)
        yield* fate.readAgain(code)
        assert.deepStrictEqual(yield* room.unread, ["room", "room", "remaining-time 1000", "timer pause"])
      })
    )
  )
})
