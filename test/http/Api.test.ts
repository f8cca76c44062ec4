import { NodeHttpServer } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Queue, Stream } from "effect"
import { HttpClient, HttpRouter } from "effect/http"
import { HttpApiClient } from "effect/http-api"
import { TestClock } from "effect/testing"
import { Api } from "../../src/http/Api.ts"
import { Drain } from "../../src/http/Drain.ts"
import * as Handlers from "../../src/http/Handlers.ts"
import * as Rooms from "../rooms/harness.ts"

const mounted = Drain.onClose.pipe(
  Layer.provideMerge(
    HttpRouter.serve(Handlers.layer({ prefix: "/" }), { disableLogger: true, disableListenLog: true })
  ),
  Layer.provide([Drain.layer, Rooms.layer]),
  Layer.provideMerge(NodeHttpServer.layerTest)
)

describe("Api, mounted into another program's router", () => {
  it.effect("serves the typed client, and the stream", () =>
    Effect.gen(function* () {
      const client = yield* HttpApiClient.make(Api)
      const { accessCode } = yield* client.rooms.create({ query: {}, payload: Rooms.pair(2_000) })
      const params = { accessCode }
      // As text: Effect's decoder of events gives a `retry` as the failure of the stream.
      const response = yield* HttpClient.get(`/${accessCode}/connect`)
      const seen = yield* Stream.toQueue(
        response.stream.pipe(
          Stream.decodeText(),
          Stream.splitLines,
          Stream.filter((line) => /^(event: (connect|room)|data: [^{])/.test(line))
        ),
        { capacity: "unbounded" }
      )
      const next = (count: number) => Queue.takeN(seen, count)
      assert.deepStrictEqual(yield* next(4), ["event: connect", "data: OK", "event: room", "data: 2000"])
      yield* client.timer.start({ params, query: {}, headers: {} })
      assert.deepStrictEqual(yield* next(2), ["event: room", "data: start"])
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(yield* next(4), ["data: 1000", "data: 0", "event: room", "data: stop"])
      const { turn, id } = yield* client.rooms.get({ params })
      assert.strictEqual(turn, 2)
      const stale = yield* Effect.flip(client.rooms.swap({ params, query: {}, headers: { "if-match": `"not ${id}"` } }))
      assert.strictEqual(stale._tag, "Stale")
      const missing = yield* Effect.flip(client.timer.timer({ params: { accessCode: "nope" } }))
      assert.strictEqual(missing._tag, "RoomNotFound")
    }).pipe(Effect.provide(mounted))
  )
})
