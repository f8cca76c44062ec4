/** In another test runner, or in a script, the program provides the clock itself: to the layer, and not beside it. */
import { assert, it } from "@effect/vitest"
import { Effect, Layer, Queue, Stream } from "effect"
import { TestClock } from "effect/testing"
import { drivers, layer } from "./embed.ts"

const layerTest = layer.pipe(Layer.provideMerge(TestClock.layer()))

it.live("the rooms run on the clock that was provided to them, and the test turns the same one", () =>
  Effect.gen(function* () {
    const seen = yield* Stream.toQueue(yield* drivers, { capacity: "unbounded" })
    assert.strictEqual(yield* Queue.take(seen), "lemon")
    yield* TestClock.adjust("20 seconds")
    assert.strictEqual(yield* Queue.take(seen), "apple")
  }).pipe(Effect.provide(layerTest))
)
