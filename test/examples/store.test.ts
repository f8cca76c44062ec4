/** A store of a program's own, written with nothing but what the package exports. */
import { assert, it } from "@effect/vitest"
import { Clock, Effect, HashMap, Layer, Option, PubSub, Queue, Ref, Stream, SubscriptionRef } from "effect"
import { TestClock } from "effect/testing"
import { type RoomChange, type RoomState, roomNotFound, Rooms, RoomStore, type StoredRoom, toKey } from "pairroom"

const certain = (room: StoredRoom): RoomChange => ({ room, certain: true })

const ownStore = Layer.effect(
  RoomStore,
  Effect.gen(function* () {
    const rooms = yield* Ref.make(HashMap.empty<string, RoomState>())
    const changed = yield* PubSub.unbounded<readonly [string, StoredRoom]>()
    const write = (key: string, room: StoredRoom) =>
      Ref.update(
        rooms,
        Option.match(room, { onNone: () => HashMap.remove(key), onSome: (state) => HashMap.set(key, state) })
      ).pipe(Effect.andThen(PubSub.publish(changed, [key, room] as const)), Effect.as(room))
    const read = (key: string) => Effect.map(Ref.get(rooms), HashMap.get(key))
    return RoomStore.of({
      create: (state) => Effect.as(write(toKey(state.accessCode), Option.some(state)), true),
      get: (code) => read(toKey(code)),
      modify: Effect.fnUntraced(function* (code, decide) {
        const state = yield* Effect.flatMap(
          read(toKey(code)),
          Option.match({ onNone: roomNotFound, onSome: Effect.succeed })
        )
        const room = yield* Effect.fromResult(decide(state, yield* Clock.currentTimeMillis))
        return yield* write(toKey(code), room)
      }),
      changes: (code) =>
        Stream.unwrap(
          Effect.gen(function* () {
            const subscription = yield* PubSub.subscribe(changed)
            const present = yield* read(toKey(code))
            const later = Stream.filter(Stream.fromSubscription(subscription), ([key]) => key === toKey(code))
            return Stream.map(
              Stream.prepend(
                Stream.map(later, ([, room]) => room),
                [present]
              ),
              certain
            )
          })
        ),
      available: yield* SubscriptionRef.make(true),
      now: Clock.currentTimeMillis
    })
  })
)

it.effect("rooms run on a store of the program's own", () =>
  Effect.gen(function* () {
    const rooms = yield* Rooms
    const { accessCode } = yield* rooms.create({ driver: "lemon", navigator: "apple", timerDuration: 2_000 })
    const seen = yield* Stream.toQueue(rooms.events(accessCode), { capacity: "unbounded" })
    yield* Queue.takeN(seen, 3)
    yield* rooms.start(accessCode)
    yield* Queue.takeN(seen, 2)
    yield* TestClock.adjust("2 seconds")
    const events = yield* Queue.takeN(seen, 4)
    assert.deepStrictEqual(
      events.map(({ event }) => event),
      ["remaining-time", "remaining-time", "room", "timer"]
    )
    assert.strictEqual((yield* rooms.get(accessCode)).driver, "apple")
  }).pipe(Effect.provide(Rooms.layer.pipe(Layer.provide(ownStore))))
)
