import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Queue } from "effect"
import { TestClock } from "effect/testing"
import { OFF } from "../../src/http/Limits.ts"
import { call, open, serve, watch } from "./harness.ts"
import { line, Logged } from "./logs.ts"

const hits = Effect.flatMap(Logged, Queue.clear).pipe(
  Effect.map((lines) => lines.filter(({ message }) => message === "a limit was hit"))
)

describe("a limit that is hit", () => {
  it.effect("is logged with the setting and the address, once a minute, however often it is hit", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const stream = yield* watch(`/api/${code}/connect`)
      yield* stream.upTo("remaining-time 600000")
      for (let time = 0; time < 5; time++) yield* watch(`/api/${code}/connect`)
      const [first, ...more] = yield* hits
      assert.strictEqual(first?.level, "WARN")
      assert.deepStrictEqual(first?.annotations, { limit: "STREAMS_PER_ROOM", address: "127.0.0.1", sinceLastLine: 0 })
      assert.deepStrictEqual(more, [])
      yield* TestClock.adjust("1 minute")
      yield* watch(`/api/${code}/connect`)
      const { annotations } = yield* line("a limit was hit")
      assert.strictEqual(annotations["sinceLastLine"], 4)
    }).pipe(
      Effect.provide(
        serve({ limits: { ...OFF, streamsPerRoom: 1 } }).pipe(Layer.provideMerge(Logged.layerFrom("Info")))
      )
    )
  )

  it.effect("is logged apart from the other limits", () =>
    Effect.gen(function* () {
      for (let time = 0; time < 3; time++) yield* call("PATCH", "/api/NOBODY/timer/start")
      for (let time = 0; time < 3; time++) yield* call("GET", "/api/NOBODY/timer")
      assert.deepStrictEqual(
        (yield* hits).map(({ annotations }) => annotations["limit"]),
        ["COMMANDS_PER_MINUTE", "UNKNOWN_CODES_PER_MINUTE"]
      )
    }).pipe(
      Effect.provide(
        serve({ limits: { ...OFF, commandsPerMinute: 2, unknownCodesPerMinute: 4 } }).pipe(
          Layer.provideMerge(Logged.layerFrom("Info"))
        )
      )
    )
  )
})
