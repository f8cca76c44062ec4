import { NodeHttpServer } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, Layer, Queue, Stream } from "effect"
import { HttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import { Rooms } from "pairroom"
import { App } from "./stream.ts"

it.effect("what the program does with a room is seen on its own stream", () =>
  Effect.gen(function* () {
    const rooms = yield* Rooms
    const { accessCode } = yield* rooms.create({ driver: "lemon", navigator: "apple", timerDuration: 20_000 })
    assert.strictEqual((yield* HttpClient.get("/watch/nothing")).status, 404)
    const { headers, stream } = yield* HttpClient.get(`/watch/${accessCode}`)
    assert.strictEqual(headers["content-type"], "text/event-stream")
    const events = yield* stream.pipe(
      Stream.decodeText(),
      Stream.splitLines,
      Stream.filter((line) => line.startsWith("event: ")),
      Stream.toQueue({ capacity: "unbounded" })
    )
    assert.deepStrictEqual(yield* Queue.takeN(events, 3), ["event: connect", "event: room", "event: remaining-time"])
    yield* rooms.start(accessCode)
    assert.deepStrictEqual(yield* Queue.takeN(events, 2), ["event: room", "event: timer"])
    yield* TestClock.adjust("15 seconds")
    assert.strictEqual(yield* Queue.take(events), "event: heartbeat")
  }).pipe(Effect.provide(Layer.provideMerge(App, NodeHttpServer.layerTest)))
)
