import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Layer, Pull, Scope } from "effect"
import { TestClock } from "effect/testing"
import { create, type AccessCode } from "../../src/domain/RoomState.ts"
import * as Frame from "../../src/rooms/Frame.ts"
import { Rooms } from "../../src/rooms/Rooms.ts"
import { RoomSettings } from "../../src/rooms/RoomSettings.ts"
import { WatchedRooms } from "../../src/rooms/WatchedRooms.ts"
import { advance, type Cursor, type Terms, type RoomSubscription } from "../../src/rooms/RoomSubscription.ts"
import { brief, layer, open, settled } from "./harness.ts"

const state = create(
  "AAAA" as AccessCode,
  { driver: "lemon", navigator: "apple", timerDuration: 60_000 },
  {
    now: 0,
    nonce: "nonce"
  }
)
const around = { now: 0, watchers: { connections: 1, names: [] }, certain: true }

/** Where a subscription stands that has just been given a snapshot. */
const cursor: Cursor = {
  snapshot: undefined,
  number: 4,
  id: state.id,
  remaining: 50_000,
  watchers: "1",
  over: false
}
const terms: Terms = { heartbeats: true, endsAt: Number.POSITIVE_INFINITY, heartbeatInterval: 15_000 }

const stepOf = (frame: Frame.Frame, number: number, options: Partial<Terms> = {}) =>
  advance(cursor, { frame, number }, { ...terms, ...options })[0]

describe("RoomSubscription.advance", () => {
  it("gives the next change, and passes over what the snapshot holds already", () => {
    assert.strictEqual(stepOf(Frame.change(state, around), 5), "give")
    assert.strictEqual(stepOf(Frame.change(state, around), 4), "skip")
  })

  it("gives the ticks of the present state alone, and none at or above the time that was shown", () => {
    assert.strictEqual(stepOf(Frame.tick(49_000), 4), "give")
    assert.strictEqual(stepOf(Frame.tick(50_000), 4), "skip")
    assert.strictEqual(stepOf(Frame.tick(49_000), 3), "skip")
  })

  it("gives the room anew where a change was lost, and not where ticks were", () => {
    assert.strictEqual(stepOf(Frame.change(state, around), 6), "recover")
    assert.strictEqual(stepOf(Frame.tick(49_000), 5), "recover")
    assert.strictEqual(stepOf(Frame.tick(20_000), 4), "give")
  })

  it("tells of presence only where the number or one who is here is another one", () => {
    for (const watchers of [
      { connections: 2, names: [] },
      { connections: 1, names: ["apple", "nobody"] }
    ]) {
      assert.strictEqual(stepOf(Frame.presence(state, { ...around, watchers }), 5), "give")
    }
    assert.strictEqual(
      stepOf(Frame.presence(state, { ...around, watchers: { connections: 1, names: ["nobody"] } }), 5),
      "skip"
    )
    const [step, next] = advance(cursor, { frame: Frame.presence(state, around), number: 5 }, terms)
    assert.deepStrictEqual([step, next.number], ["skip", 5])
  })

  it("gives heartbeats only to those who want them", () => {
    assert.strictEqual(stepOf(Frame.heartbeat(0, 0), 4), "give")
    assert.strictEqual(stepOf(Frame.heartbeat(0, 0), 4, { heartbeats: false }), "skip")
  })

  it("ends with the last frame, and gives it, unless it has nothing to say or is known", () => {
    const last = Frame.closing(state, around)
    assert.strictEqual(stepOf(last, 9), "give")
    assert.strictEqual(stepOf(last, 4), "end")
    assert.strictEqual(stepOf(Frame.END, 5), "end")
    assert.isTrue(advance(cursor, { frame: last, number: 5 }, terms)[1].over)
  })

  it("ends with the last heartbeat of its life time", () => {
    const after = [45_000, 45_001].map((at) =>
      advance(cursor, { frame: Frame.heartbeat(0, at), number: 4 }, { ...terms, endsAt: 60_000 })
    )
    assert.deepStrictEqual(
      after.map(([, { over }]) => over),
      [false, true]
    )
  })
})

/** Watches a room, and reads only when it is told to: so many frames, in short. */
const subscribe = Effect.fn(function* (code: AccessCode, options: { readonly lastEventId?: string } = {}) {
  const next = yield* (yield* (yield* WatchedRooms).watch(code)).subscribe(options)
  return {
    frames: (count: number) => Effect.replicateEffect(framed(next), count),
    upTo: Effect.fnUntraced(function* (last: string) {
      const frames: Array<string> = []
      while (frames.at(-1) !== last && frames.length < 100) frames.push(yield* framed(next))
      return frames
    })
  }
})

const framed = (next: RoomSubscription) =>
  next.pipe(
    Effect.map(([{ events }]) => events.map(brief).join(", ")),
    Pull.catchDone(() => Effect.succeed("END"))
  )

const press = Effect.fn(function* (code: AccessCode, times: number) {
  const rooms = yield* Rooms
  for (let count = 0; count < times; count++) {
    yield* count % 2 === 0 ? rooms.start(code) : rooms.pause(code)
    yield* settled
  }
})

describe("Room.subscribe", () => {
  it.effect("begins with the snapshot, and with the timer event that a client that comes back may have missed", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const code = yield* open()
      yield* rooms.start(code)
      const snapshot = "connect, room, remaining-time 600000, timer running"
      assert.deepStrictEqual(yield* (yield* subscribe(code)).frames(1), [snapshot])
      const { id } = yield* rooms.get(code)
      assert.deepStrictEqual(yield* (yield* subscribe(code, { lastEventId: id })).frames(1), [snapshot])
      const stale = yield* subscribe(code, { lastEventId: "another" })
      assert.deepStrictEqual(yield* stale.frames(1), [`${snapshot}, timer start`])
    }).pipe(Effect.provide(layer))
  )

  it.effect("gives who fell behind the room anew, without older ticks, and then goes on", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const code = yield* open(60_000)
      const room = yield* subscribe(code)
      yield* room.frames(1)
      yield* press(code, 101)
      yield* TestClock.adjust("3500 millis")
      assert.deepStrictEqual(yield* room.frames(1), ["room, remaining-time 56500, timer running, timer start"])
      yield* TestClock.adjust("500 millis")
      assert.deepStrictEqual(yield* room.frames(1), ["remaining-time 56000"])
      yield* rooms.pause(code)
      assert.deepStrictEqual(yield* room.frames(1), ["room, timer pause"])
    }).pipe(Effect.provide(layer))
  )

  it.effect("lets who fell behind lose ticks, and no change", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const code = yield* open()
      const room = yield* subscribe(code)
      yield* room.frames(1)
      yield* rooms.start(code)
      yield* room.frames(1)
      yield* TestClock.adjust("100 seconds")
      yield* rooms.pause(code)
      yield* settled
      const frames = yield* room.upTo("room, timer pause")
      assert.isBelow(frames.length, 33)
      assert.strictEqual(frames.at(-2), "remaining-time 500000")
      assert.isTrue(frames.slice(0, -1).every((frame) => /^remaining-time \d+000$/.test(frame)))
    }).pipe(Effect.provide(layer))
  )

  it.effect("gives the end to who fell behind", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const code = yield* open()
      const room = yield* subscribe(code)
      yield* room.frames(1)
      yield* press(code, 100)
      yield* rooms.complete(code)
      yield* settled
      const frames = yield* room.frames(2)
      assert.match(frames[0]!, /timer complete, close$/)
      assert.strictEqual(frames[1], "END")
    }).pipe(Effect.provide(layer))
  )

  it.effect("gives the end to who fell behind when the room was deleted", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const code = yield* open()
      const room = yield* subscribe(code)
      yield* room.frames(1)
      yield* press(code, 100)
      yield* rooms.delete(code)
      yield* settled
      const frames = yield* room.upTo("END")
      assert.deepStrictEqual(frames.slice(-2), ["close", "END"])
    }).pipe(Effect.provide(layer))
  )

  it.effect("gives the end to who fell behind when all streams were ended, though the room goes on", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const code = yield* open()
      const room = yield* subscribe(code)
      yield* room.frames(1)
      yield* rooms.endStreams(code)
      yield* press(code, 100)
      assert.deepStrictEqual(yield* room.frames(2), ["close", "END"])
      const again = yield* subscribe(code)
      assert.match((yield* again.frames(1))[0]!, /^connect, /)
    }).pipe(Effect.provide(layer))
  )

  it.effect("gives the end to who subscribes in the moment in which the room is deleted, and another one goes", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const room = yield* (yield* WatchedRooms).watch(code)
      yield* Effect.asVoid(room.subscribe({}))
      const other = yield* Scope.make()
      yield* Scope.provide(Effect.asVoid(room.subscribe({})), other)
      yield* (yield* Rooms).delete(code)
      yield* settled
      yield* Scope.close(other, Exit.void)
      yield* TestClock.adjust("1 second")
      const next = yield* room.subscribe({})
      assert.deepStrictEqual(yield* Effect.replicateEffect(framed(next), 3), [
        "connect, room, remaining-time 600000",
        "close",
        "END"
      ])
    }).pipe(Effect.provide(layer))
  )

  it.effect("says once that a room is completed to who subscribes in that moment", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const room = yield* (yield* WatchedRooms).watch(code)
      yield* (yield* Rooms).complete(code)
      yield* settled
      const next = yield* room.subscribe({})
      const [snapshot, end] = yield* Effect.replicateEffect(framed(next), 2)
      assert.match(snapshot!, /^connect, room, .*timer complete, close$/)
      assert.strictEqual(end, "END")
    }).pipe(Effect.provide(layer))
  )

  it.effect("ends when the rooms of the instance are ended, and gives who comes back a room that lives", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const code = yield* open()
      const room = yield* subscribe(code)
      yield* room.frames(1)
      yield* (yield* WatchedRooms).end
      assert.deepStrictEqual(yield* room.frames(1), ["END"])
      const again = yield* subscribe(code)
      yield* again.frames(1)
      yield* rooms.start(code)
      assert.deepStrictEqual(yield* again.frames(1), ["room, timer start"])
    }).pipe(Effect.provide(layer))
  )

  it.effect("ends at the end of its life time, though that is shorter than the time between two heartbeats", () =>
    Effect.gen(function* () {
      const code = yield* open()
      yield* (yield* WatchedRooms).watch(code)
      yield* TestClock.adjust("2500 millis")
      const next = yield* (yield* (yield* WatchedRooms).watch(code)).subscribe({ limited: true })
      const reading = yield* Effect.forkScoped(Effect.forever(next))
      yield* TestClock.adjust("3 seconds")
      assert.isUndefined(reading.pollUnsafe())
      yield* TestClock.adjust("1 second")
      assert.isDefined(reading.pollUnsafe())
    }).pipe(
      Effect.provide(
        Layer.provide(
          Layer.fresh(layer),
          Layer.effect(
            RoomSettings,
            Effect.map(RoomSettings, (settings) => ({ ...settings, streamLifetime: Duration.seconds(4) }))
          )
        )
      )
    )
  )

  it.effect("counts whose subscription the server ended for ten seconds, and no longer who left", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const code = yield* open()
      const connections = Effect.map(rooms.get(code), ({ connections }) => connections)
      const left = yield* Scope.make()
      yield* Scope.provide(subscribe(code), left)
      const ended = yield* Scope.make()
      const room = yield* Scope.provide(subscribe(code), ended)
      assert.strictEqual(yield* connections, 2)
      yield* Scope.close(left, Exit.void)
      assert.strictEqual(yield* connections, 1)
      yield* rooms.endStreams(code)
      assert.strictEqual((yield* room.upTo("close")).at(-1), "close")
      assert.deepStrictEqual(yield* room.frames(1), ["END"])
      yield* Scope.close(ended, Exit.void)
      assert.strictEqual(yield* connections, 1)
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* connections, 0)
    }).pipe(Effect.provide(Layer.fresh(layer)))
  )
})
