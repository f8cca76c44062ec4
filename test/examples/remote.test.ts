import { NodeHttpServer } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { HttpRouter } from "effect/http"
import { TestClock, TestConsole } from "effect/testing"
import { MemoryRoomStore, Rooms } from "pairroom"
import { RemoteRooms } from "pairroom/client/effect"
import { Drain, routes } from "pairroom/http"
import { program } from "./remote.ts"

const service = HttpRouter.serve(routes(), { disableLogger: true, disableListenLog: true }).pipe(
  Layer.provide([Drain.layer, Rooms.layer.pipe(Layer.provide(MemoryRoomStore.layer()))]),
  Layer.provideMerge(NodeHttpServer.layerTest)
)

it.effect("the rooms of a service do what those of a program do", () =>
  Effect.gen(function* () {
    const running = yield* Effect.forkChild(program)
    const lines = TestConsole.logLines
    yield* Effect.repeat(Effect.yieldNow, { until: () => Effect.map(lines, (seen) => seen.length === 1) })
    yield* TestClock.adjust("20 seconds")
    yield* Effect.repeat(Effect.yieldNow, { until: () => Effect.map(lines, (seen) => seen.length === 2) })
    assert.deepStrictEqual(yield* lines, ["lemon drives", "apple drives"])
    yield* Fiber.interrupt(running)
  }).pipe(Effect.provide(Layer.provide(RemoteRooms.layerNoDeps({ url: "" }), service)))
)
