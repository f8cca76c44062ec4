import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Metric, References } from "effect"
import { HttpServerRequest } from "effect/http"
import { Drain } from "../../src/http/Drain.ts"
import { streamsOpen } from "../../src/http/HttpMetrics.ts"
import * as StreamMetrics from "../../src/http/StreamMetrics.ts"
import { WatchedRooms } from "../../src/rooms/WatchedRooms.ts"
import { layer, open } from "../rooms/harness.ts"

const request = HttpServerRequest.fromWeb(new Request("http://localhost/"))

const openStreams = Effect.map(Metric.value(streamsOpen.of({})), ({ value }) => value)

describe("StreamMetrics", () => {
  it.effect("counts no stream as open whose client has gone while it began, wherever its fiber yields", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const room = yield* (yield* WatchedRooms).watch(code)
      const before = yield* openStreams
      for (let steps = 4; steps <= 40; steps++) {
        for (let turns = 1; turns <= 12; turns++) {
          const client = yield* Effect.andThen(StreamMetrics.make(room, code), Effect.never).pipe(
            Effect.scoped,
            Effect.provideService(HttpServerRequest.HttpServerRequest, request),
            Effect.provideService(References.MaxOpsBeforeYield, steps),
            Effect.forkChild
          )
          yield* Effect.repeat(Effect.yieldNow, { times: turns })
          yield* Fiber.interrupt(client)
          assert.strictEqual(yield* openStreams, before, `${steps} steps, ${turns} turns`)
        }
      }
    }).pipe(Effect.provide(Layer.merge(layer, Drain.layer)))
  )
})
