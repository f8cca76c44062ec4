import { NodeHttpServer } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { HttpApiClient, OpenApi } from "effect/http-api"
import { App, TeamApi } from "./join.ts"

const asMember = HttpClient.mapRequest(HttpClientRequest.setHeader("cookie", "session=ours"))

const pair = { driver: "lemon", navigator: "apple", timerDuration: 20_000 }

describe("the rooms in a program's own API", () => {
  it.effect("are there with the program's own requests, for one typed client", () =>
    Effect.gen(function* () {
      const client = yield* HttpApiClient.make(TeamApi, { transformClient: asMember })
      assert.strictEqual(yield* client.team.motto(), "Two heads")
      const [{ accessCode }, { headers }] = yield* client.rooms.create({
        query: {},
        payload: pair,
        responseMode: "decoded-and-response"
      })
      assert.strictEqual(headers["location"], `/pairs/pair-room/${accessCode}`)
      yield* client.timer.start({ params: { accessCode }, query: {}, headers: {} })
      assert.isTrue((yield* client.rooms.get({ params: { accessCode } })).running)
      const stream = yield* asMember(yield* HttpClient.HttpClient).get(`/pairs/${accessCode}/connect`)
      const first = yield* stream.stream.pipe(Stream.decodeText(), Stream.take(1), Stream.mkString)
      assert.match(first, /^retry: \d+\nevent: connect\ndata: OK\n\nevent: room\n/)
    }).pipe(Effect.provide(Layer.provideMerge(App, NodeHttpServer.layerTest)))
  )

  it.effect("are behind the program's authorization, the stream too, and described with it", () =>
    Effect.gen(function* () {
      const client = yield* HttpApiClient.make(TeamApi)
      assert.strictEqual((yield* Effect.flip(client.rooms.create({ query: {}, payload: pair })))._tag, "Unauthorized")
      for (const path of ["/motto", "/pairs/2WQYYFY8H7RFD/timer", "/pairs/2WQYYFY8H7RFD/connect"]) {
        assert.strictEqual((yield* HttpClient.get(path)).status, 401, path)
      }
      const { paths } = OpenApi.fromApi(TeamApi)
      assert.includeMembers(Object.keys(paths), ["/motto", "/pairs/pair-room", "/pairs/{accessCode}/connect"])
    }).pipe(Effect.provide(Layer.provideMerge(App, NodeHttpServer.layerTest)))
  )
})
