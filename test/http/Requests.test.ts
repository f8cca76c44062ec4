import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Queue } from "effect"
import { Rooms } from "../../src/rooms/Rooms.ts"
import * as MemoryRoomStore from "../../src/store/MemoryRoomStore.ts"
import { RoomStore } from "../../src/store/RoomStore.ts"
import { call, open, raw, serve, watch } from "./harness.ts"
import { line, Logged } from "./logs.ts"

/** A store that fails whenever it is asked for a room. */
const failing = Layer.effect(
  RoomStore,
  Effect.map(RoomStore, (store) => ({ ...store, get: () => Effect.die(new Error("a defect")) }))
).pipe(Layer.provide(MemoryRoomStore.layer()))

describe("the log of requests", () => {
  it.effect("has the method, the route, the status and the time of each, at Debug, and no access code", () =>
    Effect.gen(function* () {
      const code = yield* open()
      yield* call("PATCH", `/api/${code}/timer/start`)
      yield* call("GET", `/${code}`)
      const lines = [yield* line("request"), yield* line("request"), yield* line("request")]
      assert.deepStrictEqual(
        lines.map(({ annotations: { method, route, status }, level }) => [level, method, route, status]),
        [
          ["DEBUG", "POST", "/api/pair-room", 201],
          ["DEBUG", "PATCH", "/api/:accessCode/timer/start", 204],
          ["DEBUG", "GET", "none", 404]
        ]
      )
      for (const { annotations } of lines) assert.isNumber(annotations["ms"])
      assert.notInclude(JSON.stringify(lines), code)
    }).pipe(Effect.provide(serve().pipe(Layer.provideMerge(Logged.layerFrom("Debug")))))
  )

  it.effect("has what the parser refused, at Debug", () =>
    Effect.gen(function* () {
      yield* raw("BROKEN\r\n\r\n")
      const { annotations, level } = yield* line("the parser has refused a request")
      assert.strictEqual(level, "DEBUG")
      assert.strictEqual(annotations["status"], "400")
      assert.match(String(annotations["code"]), /^HPE_/)
    }).pipe(Effect.provide(serve().pipe(Layer.provideMerge(Logged.layerFrom("Debug")))))
  )

  it.effect("has why a stream ended, at Debug, with the beginning of the access code", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const stream = yield* watch(`/api/${code}/connect`)
      yield* stream.upTo("remaining-time 600000")
      yield* call("DELETE", `/api/${code}/connect`)
      const { annotations } = yield* line("stream ended")
      assert.deepStrictEqual(annotations, { room: `${code.slice(0, 4)}…`, cause: "closed" })
    }).pipe(Effect.provide(serve().pipe(Layer.provideMerge(Logged.layerFrom("Debug")))))
  )

  it.effect("has one line with the cause and the route for a request that failed by a defect", () =>
    Effect.gen(function* () {
      const { status } = yield* call("GET", "/api/pair-room/SECRETCODE")
      assert.strictEqual(status, 500)
      yield* call("GET", "/healthz")
      const lines = yield* Queue.clear(yield* Logged)
      assert.deepStrictEqual(
        lines.map(({ annotations, level, message }) => [level, message, annotations["route"]]),
        [["ERROR", "a request has failed", "/api/pair-room/:accessCode"]]
      )
      assert.match(lines[0]?.cause ?? "", /a defect/)
      assert.notInclude(JSON.stringify(lines), "SECRETCODE")
    }).pipe(
      Effect.provide(
        serve({}, Rooms.layer.pipe(Layer.provide(failing))).pipe(Layer.provideMerge(Logged.layerFrom("Info")))
      )
    )
  )
})
