import { NodeHttpServer } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { HttpBody, HttpClient } from "effect/http"
import { App } from "./guard.ts"

const body = HttpBody.jsonUnsafe({ driver: "lemon", navigator: "apple", timerDuration: 20_000 })

const create = (headers = {}) => HttpClient.post("/pairs/pair-room", { headers, body })

it.effect("only members reach the rooms, also their streams", () =>
  Effect.gen(function* () {
    assert.strictEqual((yield* HttpClient.get("/")).status, 200)
    assert.strictEqual((yield* create()).status, 401)
    const cookie = { cookie: "session=ours" }
    const made = yield* create(cookie)
    assert.strictEqual(made.status, 201)
    const { accessCode } = (yield* made.json) as { readonly accessCode: string }
    assert.strictEqual((yield* HttpClient.get(`/pairs/${accessCode}/connect`)).status, 401)
    const stream = yield* HttpClient.get(`/pairs/${accessCode}/connect`, { headers: cookie })
    assert.strictEqual(stream.headers["content-type"], "text/event-stream")
  }).pipe(Effect.provide(Layer.provideMerge(App, NodeHttpServer.layerTest)))
)
