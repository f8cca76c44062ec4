import { assert, describe, it } from "@effect/vitest"
import { Effect, Queue } from "effect"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { address, start } from "./instance.ts"

interface Post {
  readonly path: string
  readonly headers: Readonly<Record<string, unknown>>
  readonly text: string
}

/** A collector that keeps what it is sent. */
const collector = Effect.gen(function* () {
  const posts = yield* Queue.unbounded<Post>()
  const all: Array<Post> = []
  const server = yield* Effect.acquireRelease(
    Effect.callback<ReturnType<typeof createServer>>((resume) => {
      const server = createServer((request, response) => {
        let text = ""
        request.setEncoding("utf8").on("data", (piece: string) => (text += piece))
        request.on("end", () => {
          const post = { path: `${request.method} ${request.url}`, headers: request.headers, text }
          all.push(post)
          Queue.offerUnsafe(posts, post)
          response.writeHead(200, { "content-type": "application/json" }).end("{}")
        })
      }).listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) =>
      Effect.sync(() => {
        server.closeAllConnections()
        server.close()
      })
  )
  const until = (path: string, pattern: RegExp) =>
    Queue.take(posts).pipe(Effect.repeat({ until: (post) => post.path === path && pattern.test(post.text) }))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, all, until }
})

/** Traces and metrics are sent often, so that nobody waits. */
const often = { OTEL_BSP_SCHEDULE_DELAY: "100", OTEL_METRIC_EXPORT_INTERVAL: "100" }

const room = (url: string) =>
  Effect.promise(async () => {
    const body = JSON.stringify({ driver: "lemon", navigator: "apple", timerDuration: 600_000 })
    const headers = { "content-type": "application/json" }
    const response = await fetch(`${url}/api/pair-room`, { method: "POST", headers, body })
    const { accessCode } = (await response.json()) as { accessCode: string }
    await fetch(`${url}/api/${accessCode}/timer/start`, { method: "PATCH" })
    const stream = await fetch(`${url}/api/${accessCode}/connect`)
    await stream.body?.cancel()
    return accessCode
  })

describe("a collector", { concurrent: true }, () => {
  it.live("gets traces and metrics of the service, with no whole access code", () =>
    Effect.gen(function* () {
      const { all, until, url } = yield* collector
      const pairroom = yield* start({
        STORE_URL: "memory:",
        OTEL_EXPORTER_OTLP_ENDPOINT: url,
        OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20token",
        ...often
      })
      const code = yield* room(yield* address(pairroom))
      const traces = yield* until("POST /v1/traces", /"PATCH \/api\/:accessCode\/timer\/start"/)
      const metrics = yield* until("POST /v1/metrics", /"pairroom_commands_total"/)
      // What is left at the end comes, too.
      assert.strictEqual(yield* pairroom.end("SIGTERM"), 0)
      assert.include(traces.text, '"Rooms.start"')
      assert.strictEqual(traces.headers["authorization"], "Bearer token")
      for (const post of [traces, metrics]) {
        assert.match(post.text, /"service.name","value":{"stringValue":"pairroom"}/)
        assert.match(post.text, /"service.version"/)
      }
      assert.match(all.map(({ text }) => text).join(""), /"GET \/api\/:accessCode\/connect"/)
      for (const { text } of all) assert.notInclude(text, code)
    })
  )

  it.live("may have protobuf, and another name of the service", () =>
    Effect.gen(function* () {
      const { until, url } = yield* collector
      const pairroom = yield* start({
        STORE_URL: "memory:",
        OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/`,
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
        OTEL_SERVICE_NAME: "pairs",
        ...often
      })
      yield* room(yield* address(pairroom))
      const { headers } = yield* until("POST /v1/traces", /pairs/)
      assert.strictEqual(headers["content-type"], "application/x-protobuf")
      yield* pairroom.end("SIGTERM")
    })
  )
})
