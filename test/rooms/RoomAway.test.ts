/** A Room on a store that other instances change, that loses messages, goes away, and goes back to older states. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option, PubSub, Queue, Ref, Stream } from "effect"
import { TestClock } from "effect/testing"
import { StoreUnavailable } from "../../src/domain/errors.ts"
import type { AccessCode, RoomState } from "../../src/domain/RoomState.ts"
import { Rooms } from "../../src/rooms/Rooms.ts"
import * as MemoryRoomStore from "../../src/store/MemoryRoomStore.ts"
import { type RoomChange, RoomStore, type StoredRoom } from "../../src/store/RoomStore.ts"
import { brief, open, seconds, settled, views, watch } from "./harness.ts"

/** What a test does to the store. */
const makeFate = Effect.gen(function* () {
  /** Do messages get lost? */
  const deaf = yield* Ref.make(false)
  const gone = yield* Ref.make(false)
  const known = yield* Ref.make<StoredRoom>(Option.none())
  const brought = yield* PubSub.unbounded<RoomChange>()
  const bring = (room: StoredRoom) =>
    Effect.gen(function* () {
      yield* Ref.set(known, room)
      yield* PubSub.publish(brought, { room, certain: !(yield* Ref.get(gone)) })
      yield* settled
    })
  return {
    gone,
    deaf,
    known,
    brought,
    becomesDeaf: Ref.set(deaf, true),
    /** The store says what it holds now. */
    bring,
    /** A room is read again. */
    readAgain: (code: AccessCode) => RoomStore.use((store) => Effect.flatMap(store.get(code), bring)),
    /** The store goes away, or is back. */
    goes: (away: boolean) => Effect.andThen(Ref.set(gone, away), Effect.flatMap(Ref.get(known), bring))
  }
})

type Fate = Effect.Success<typeof makeFate>

/** Rooms on a store in the hands of a test. */
const layerOf = (fate: Fate) => {
  const refused = Effect.flatMap(Ref.get(fate.gone), (gone) =>
    gone ? Effect.fail(new StoreUnavailable({ message: "the store cannot be reached" })) : Effect.void
  )
  /** What the store tells by itself: the present value, and later changes unless they get lost. */
  const heard = (changes: Stream.Stream<RoomChange, StoreUnavailable>) =>
    Stream.mapEffect(changes, (change, index) =>
      Effect.gen(function* () {
        if (index > 0 && (yield* Ref.get(fate.deaf))) return []
        yield* Ref.set(fate.known, change.room)
        return [change]
      })
    ).pipe(Stream.flatMap(Stream.fromIterable))
  const store = Layer.effect(
    RoomStore,
    Effect.map(RoomStore, (store) => ({
      ...store,
      get: (code: AccessCode) => Effect.andThen(refused, store.get(code)),
      changes: (code: AccessCode) =>
        Stream.unwrap(
          Effect.gen(function* () {
            yield* refused
            const brought = yield* PubSub.subscribe(fate.brought)
            return Stream.merge(heard(store.changes(code)), Stream.fromSubscription(brought))
          })
        )
    }))
  ).pipe(Layer.provide(MemoryRoomStore.layer()))
  return Rooms.layer.pipe(Layer.provideMerge(store))
}

const withFate = <A, E, R>(test: (fate: Fate) => Effect.Effect<A, E, R>) =>
  Effect.flatMap(makeFate, (fate) => test(fate).pipe(Effect.provide(layerOf(fate))))

const stateOf = (code: AccessCode) => RoomStore.use((store) => Effect.map(store.get(code), Option.getOrThrow))

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
