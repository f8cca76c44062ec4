/** Who watches a room through other instances, and what they learn of who watches it here. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, Queue, Ref, Scope, SubscriptionRef } from "effect"
import { TestClock } from "effect/testing"
import type { AccessCode } from "../../src/domain/RoomState.ts"
import { Rooms } from "../../src/rooms/Rooms.ts"
import { WatchedRooms } from "../../src/rooms/WatchedRooms.ts"
import * as MemoryRoomStore from "../../src/store/MemoryRoomStore.ts"
import { type Attendance, NOBODY, Presence } from "../../src/store/Presence.ts"
import { open, seconds, settled, views, watch } from "./harness.ts"

/** The other instances, in the hands of a test. */
const makeOthers = Effect.gen(function* () {
  const elsewhere = yield* SubscriptionRef.make<Attendance>(NOBODY)
  const announced = yield* Ref.make<Attendance>(NOBODY)
  return {
    /** Who watches through other instances now. */
    become: (attendance: Partial<Attendance>) =>
      Effect.andThen(SubscriptionRef.set(elsewhere, { ...NOBODY, ...attendance }), settled),
    /** What they know of this instance. */
    announced: Ref.get(announced),
    layer: Layer.succeed(Presence, {
      announce: (_: AccessCode, here: Attendance) => Ref.set(announced, here),
      changes: () => SubscriptionRef.changes(elsewhere),
      elsewhere: () => Effect.succeed({ ...NOBODY, connected: 7 })
    })
  }
})

type Others = Effect.Success<typeof makeOthers>

const withOthers = <A, E, R>(test: (others: Others) => Effect.Effect<A, E, R>) =>
  Effect.flatMap(makeOthers, (others) =>
    test(others).pipe(
      Effect.provide(Layer.provideMerge(Rooms.layer, Layer.merge(MemoryRoomStore.layer(), others.layer)))
    )
  )

describe("Room, with others elsewhere", () => {
  it.effect("counts them, tells of them at once and then at most once a second", () =>
    withOthers((others) =>
      Effect.gen(function* () {
        const rooms = yield* Rooms
        const code = yield* open()
        assert.strictEqual((yield* rooms.get(code)).connections, 7)
        const room = yield* watch(code)
        yield* TestClock.adjust(seconds(10))
        for (const connected of [1, 2, 3]) yield* others.become({ connected })
        assert.deepStrictEqual(
          views(yield* Queue.clear(room.seen)).map(({ connections }) => connections),
          [2]
        )
        yield* TestClock.adjust(seconds(1))
        assert.deepStrictEqual(
          views(yield* Queue.clear(room.seen)).map(({ connections }) => connections),
          [4]
        )
        assert.deepStrictEqual(yield* others.announced, { ...NOBODY, connected: 1 })
        assert.strictEqual((yield* rooms.get(code)).connections, 4)
      })
    )
  )

  it.effect("counts who comes back from an instance that drains once", () =>
    withOthers((others) =>
      Effect.gen(function* () {
        const code = yield* open()
        const room = yield* watch(code)
        yield* others.become({ connected: 1 })
        yield* others.become({ expected: 1 })
        yield* TestClock.adjust(seconds(2))
        const back = yield* (yield* WatchedRooms).watch(code)
        yield* Effect.asVoid(back.subscribe({ lastEventId: "an id" }))
        yield* TestClock.adjust(seconds(2))
        assert.deepStrictEqual(yield* others.announced, { connected: 2, expected: 0, returned: 1, names: [] })
        yield* others.become({})
        yield* TestClock.adjust(seconds(20))
        assert.deepStrictEqual(
          views(yield* Queue.clear(room.seen)).map(({ connections }) => connections),
          [2]
        )
        assert.deepStrictEqual(yield* others.announced, { connected: 2, expected: 0, returned: 0, names: [] })
      })
    )
  )

  it.effect("announces that clients which were expected back are no longer expected", () =>
    withOthers((others) =>
      Effect.gen(function* () {
        const rooms = yield* Rooms
        const code = yield* open()
        const leave = yield* Scope.make()
        const room = yield* (yield* WatchedRooms).watch(code)
        const next = yield* Scope.provide(room.subscribe({}), leave)
        yield* rooms.endStreams(code)
        yield* Effect.exit(Effect.forever(next))
        yield* Scope.close(leave, Exit.void)
        yield* Effect.asVoid(room.subscribe({}))
        assert.deepStrictEqual(yield* others.announced, { ...NOBODY, connected: 1, expected: 1 })
        yield* TestClock.adjust(seconds(11))
        assert.deepStrictEqual(yield* others.announced, { ...NOBODY, connected: 1 })
      })
    )
  )

  it.effect("announces the names of people of the room alone, and again when somebody joins or leaves it", () =>
    withOthers((others) =>
      Effect.gen(function* () {
        const rooms = yield* Rooms
        const code = yield* open()
        yield* watch(code, { name: "stranger" })
        yield* watch(code, { name: "lemon" })
        const names = Effect.map(others.announced, ({ names }) => names.toSorted())
        assert.deepStrictEqual(yield* names, ["lemon"])
        yield* rooms.addPerson(code, { name: "stranger" })
        yield* settled
        assert.deepStrictEqual(yield* names, ["lemon", "stranger"])
        yield* rooms.removePerson(code, "lemon")
        yield* settled
        assert.deepStrictEqual(yield* names, ["stranger"])
      })
    )
  )

  it.effect("announces nothing for a Room that has ended once another one has taken its place", () =>
    withOthers((others) =>
      Effect.gen(function* () {
        const rooms = yield* WatchedRooms
        const code = yield* open()
        const [early, late] = [yield* Scope.make(), yield* Scope.make()]
        const old = yield* Effect.forEach([early, late], (scope) =>
          Scope.provide(
            Effect.flatMap(rooms.watch(code), (room) => room.subscribe({})),
            scope
          )
        )
        yield* rooms.end
        for (const next of old) yield* Effect.exit(Effect.forever(next))
        yield* Scope.close(early, Exit.void)
        assert.deepStrictEqual(yield* others.announced, { ...NOBODY, connected: 1, expected: 1 })
        const room = yield* watch(code)
        const connected = { ...NOBODY, connected: 1 }
        assert.deepStrictEqual(yield* others.announced, connected)
        yield* TestClock.adjust(seconds(11))
        assert.deepStrictEqual(yield* others.announced, connected)
        yield* Scope.close(late, Exit.void)
        yield* TestClock.adjust(seconds(11))
        assert.deepStrictEqual(yield* others.announced, connected)
        assert.deepStrictEqual(yield* room.unread, [])
      })
    )
  )
})
