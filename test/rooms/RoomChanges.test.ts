/** A Room on a store that other instances change, that loses messages, and goes back to older states. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Queue } from "effect"
import { TestClock } from "effect/testing"
import type { AccessCode, RoomState } from "../../src/domain/RoomState.ts"
import { Rooms } from "../../src/rooms/Rooms.ts"
import { type Fate, stateOf, withFate } from "./fate.ts"
import { brief, open, seconds, settled, views, watch } from "./harness.ts"

/** A room that the store has put back to where it was before something happened. */
const lost = (fate: Fate, after: (code: AccessCode) => Effect.Effect<unknown, unknown, Rooms>) =>
  Effect.gen(function* () {
    const rooms = yield* Rooms
    const code = yield* open(2_000)
    yield* rooms.start(code)
    const room = yield* watch(code)
    const kept: RoomState = yield* stateOf(code)
    yield* after(code)
    yield* settled
    yield* room.unread
    yield* fate.bring(Option.some(kept))
    return { room, kept }
  })

describe("Room, when a message was lost", () => {
  it.effect("shows the room as it is when it is read again, and nothing twice", () =>
    withFate((fate) =>
      Effect.gen(function* () {
        const rooms = yield* Rooms
        const code = yield* open()
        const room = yield* watch(code)
        yield* fate.becomesDeaf
        yield* rooms.start(code)
        yield* settled
        assert.deepStrictEqual(yield* room.unread, [])
        yield* fate.readAgain(code)
        yield* fate.readAgain(code)
        assert.deepStrictEqual(yield* room.unread, ["room", "timer start"])
      })
    )
  )

  it.effect("does not ring for a swap that follows a finish which everyone has seen", () =>
    withFate((fate) =>
      Effect.gen(function* () {
        const rooms = yield* Rooms
        const code = yield* open(1_000)
        const room = yield* watch(code)
        yield* rooms.start(code)
        yield* TestClock.adjust(seconds(10))
        yield* room.unread
        yield* fate.becomesDeaf
        yield* rooms.swap(code)
        yield* rooms.swap(code)
        yield* fate.readAgain(code)
        assert.deepStrictEqual(yield* room.unread, ["room", "remaining-time 1000", "timer pause"])
      })
    )
  )

  it.effect("rings once for the finish of a turn that was never seen to run", () =>
    withFate((fate) =>
      Effect.gen(function* () {
        const rooms = yield* Rooms
        const code = yield* open(2_000)
        const room = yield* watch(code)
        yield* fate.becomesDeaf
        yield* rooms.start(code)
        yield* TestClock.adjust(seconds(10))
        yield* rooms.start(code)
        yield* fate.readAgain(code)
        const events = yield* Queue.clear(room.seen)
        assert.deepStrictEqual(events.map(brief), [
          "remaining-time 0",
          "room",
          "timer stop",
          "remaining-time 2000",
          "timer running",
          "timer start"
        ])
        const { id } = yield* rooms.get(code)
        assert.deepStrictEqual(
          events.map((event) => event.id),
          [undefined, undefined, undefined, undefined, undefined, id]
        )
        assert.strictEqual(views(events)[0]?.turn, 2)
      })
    )
  )

  it.effect(
    "shows the finish of the turn that it saw run, and what followed, after commands that it did not hear of",
    () =>
      withFate((fate) =>
        Effect.gen(function* () {
          const rooms = yield* Rooms
          const code = yield* open(2_000)
          yield* rooms.start(code)
          const room = yield* watch(code)
          yield* fate.becomesDeaf
          yield* rooms.changeSettings(code, { goal: "ship it" })
          yield* TestClock.adjust(seconds(3))
          yield* rooms.start(code)
          yield* room.unread
          yield* fate.readAgain(code)
          assert.deepStrictEqual(yield* room.unread, [
            "remaining-time 0",
            "room",
            "timer stop",
            "room",
            "remaining-time 2000",
            "timer running",
            "timer start"
          ])
        })
      )
  )

  it.effect("makes no finish where the store holds a pause that it did not hear of, and shows the pause", () =>
    withFate((fate) =>
      Effect.gen(function* () {
        const rooms = yield* Rooms
        const code = yield* open(2_000)
        const room = yield* watch(code)
        yield* rooms.start(code)
        yield* settled
        yield* fate.becomesDeaf
        yield* TestClock.adjust("1500 millis")
        yield* rooms.pause(code)
        yield* TestClock.adjust(seconds(5))
        assert.deepStrictEqual((yield* room.unread).slice(2), ["remaining-time 1000"])
        yield* fate.readAgain(code)
        assert.deepStrictEqual(yield* room.unread, ["room", "timer pause"])
      })
    )
  )

  it.effect("ends its streams when it is read again and is gone", () =>
    withFate((fate) =>
      Effect.gen(function* () {
        const rooms = yield* Rooms
        const code = yield* open()
        const room = yield* watch(code)
        yield* fate.becomesDeaf
        yield* rooms.delete(code)
        yield* fate.readAgain(code)
        assert.deepStrictEqual(yield* room.unread, ["close"])
      })
    )
  )
})

describe("Room, when the store has lost its newest writes", () => {
  it.effect("shows the older state, and goes on from it", () =>
    withFate((fate) =>
      Effect.gen(function* () {
        const { room, kept } = yield* lost(fate, (code) => Rooms.use((rooms) => rooms.pause(code)))
        yield* settled
        const events = yield* Queue.clear(room.seen)
        assert.deepStrictEqual(events.map(brief), ["room", "remaining-time 2000", "timer running", "timer start"])
        assert.strictEqual(events.at(-1)?.id, kept.id)
        yield* TestClock.adjust(seconds(1))
        assert.deepStrictEqual(yield* room.unread, ["remaining-time 1000"])
      })
    )
  )

  it.effect("does not ring again for a finish that was seen", () =>
    withFate((fate) =>
      Effect.gen(function* () {
        const { room, kept } = yield* lost(fate, (code) =>
          Effect.andThen(
            TestClock.adjust(seconds(5)),
            Rooms.use((rooms) => rooms.start(code))
          )
        )
        yield* settled
        const events = yield* Queue.clear(room.seen)
        assert.deepStrictEqual(events.map(brief), ["room", "remaining-time 2000", "timer pause"])
        assert.strictEqual(events.at(-1)?.id, `${kept.id}-finish`)
      })
    )
  )
})
