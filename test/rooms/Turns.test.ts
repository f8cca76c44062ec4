import { assert, describe, it } from "@effect/vitest"
import { Effect, Queue, Stream } from "effect"
import { TestClock } from "effect/testing"
import { Rooms } from "../../src/rooms/Rooms.ts"
import { brief, layer } from "./harness.ts"

const MOB = ["ann", "bo", "cleo", "dan", "eve"]

describe("Rooms", () => {
  it.effect("takes a swap right after a finish where that is asked for", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const { accessCode: code } = yield* rooms.create({ people: MOB, timerDuration: 1_000 })
      yield* rooms.start(code)
      yield* TestClock.adjust("1 second")
      yield* rooms.swap(code)
      assert.strictEqual((yield* rooms.get(code)).driver, "bo")
      yield* rooms.swap(code, { afterFinish: true, by: "eve" })
      assert.deepInclude(yield* rooms.get(code), { driver: "cleo", navigator: "bo" })
    }).pipe(Effect.provide(layer))
  )

  it.effect("names in the error what is wrong with an input, and says first that there is no such room", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const { accessCode: code } = yield* rooms.create({ people: MOB, timerDuration: 1_000 })
      const nobody = "NOBODY" as typeof code
      const failures = [
        yield* Effect.flip(rooms.extend(code, { time: 1 })),
        yield* Effect.flip(rooms.start(code, { by: " " })),
        yield* Effect.flip(rooms.addPerson(code, { name: "" })),
        yield* Effect.flip(rooms.extend(nobody, { time: 1 })),
        yield* Effect.flip(rooms.removePerson(code, "nobody")),
        yield* Effect.flip(rooms.undo(code))
      ]
      assert.deepStrictEqual(
        failures.map(({ _tag, message }) => `${_tag} ${message.split(":")[0]}`),
        [
          "BadRequest time",
          "BadRequest by",
          "BadRequest name",
          "RoomNotFound accessCode",
          "PersonNotFound name",
          "NothingToUndo lastChange"
        ]
      )
    }).pipe(Effect.provide(layer))
  )

  it.effect("tells of a finish and the start by itself after it in two frames, and then ticks again", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const { accessCode: code } = yield* rooms.create({
        people: MOB,
        timerDuration: 2_000,
        autoStart: { after: 0 }
      })
      const seen = yield* Stream.toQueue(rooms.events(code), { capacity: "unbounded" })
      yield* Queue.takeN(seen, 3)
      yield* rooms.start(code)
      yield* TestClock.adjust("3 seconds")
      const events = (yield* Queue.takeN(seen, 9)).map(brief)
      assert.deepStrictEqual(events, [
        "room",
        "timer start",
        "remaining-time 1000",
        "remaining-time 0",
        "room",
        "timer stop",
        "room",
        "timer start",
        "remaining-time 1000"
      ])
    }).pipe(Effect.provide(layer))
  )
})
