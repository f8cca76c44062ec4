import { assert, it } from "@effect/vitest"
import { Effect, Queue, Stream } from "effect"
import { TestClock } from "effect/testing"
import { drivers, layer } from "./embed.ts"

it.effect("after twenty seconds the navigator drives", () =>
  Effect.gen(function* () {
    const seen = yield* Stream.toQueue(yield* drivers, { capacity: "unbounded" })
    assert.strictEqual(yield* Queue.take(seen), "lemon")
    yield* TestClock.adjust("20 seconds")
    assert.strictEqual(yield* Queue.take(seen), "apple")
  }).pipe(Effect.provide(layer))
)
