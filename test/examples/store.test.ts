import { assert, it } from "@effect/vitest"
import { Effect, Queue, Stream } from "effect"
import { TestClock } from "effect/testing"
import { Rooms } from "pairroom"
import { layer } from "./store.ts"

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
  }).pipe(Effect.provide(layer))
)
