import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber, Layer, Scope } from "effect"
import { TestClock } from "effect/testing"
import { Drain } from "../../src/http/Drain.ts"
import { Rooms } from "../../src/rooms/Rooms.ts"
import { call, open, raw, serve, watch } from "./harness.ts"

const origin = "https://pair.example"
const allowed = serve({ allowedOrigins: [origin, "http://localhost:5173"] })

/** Requests that the parser refuses, from an origin. */
const requests = (from: string) => [
  `GET / HTTP/1.1\r\nhost: x\r\norigin: ${from}\r\nexpect: a miracle\r\n\r\n`,
  `GET / HTTP/1.1\r\nhost: x\r\norigin: ${from}\r\nx: ${"a".repeat(17_000)}\r\n\r\n`,
  `GET / HTTP/1.1\r\nhost: x\r\norigin: ${from}\r\nbad header\r\n\r\n`,
  `POST /api/pair-room HTTP/1.1\r\nhost: x\r\norigin: ${from}\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n`
]

describe("Server", () => {
  it.effect("an OPTIONS that is no preflight is answered as without allowed origins", () =>
    Effect.gen(function* () {
      const without = yield* call("OPTIONS", "/api/x/timer")
      assert.deepStrictEqual([without.status, without.json._tag], [405, "MethodNotAllowed"])
      assert.strictEqual(without.headers["allow"], "GET, HEAD, PATCH")
      assert.strictEqual(without.headers["access-control-allow-origin"], undefined)
      const { headers, status } = yield* call("OPTIONS", "/api/x/timer", { headers: { origin } })
      assert.strictEqual(status, 405)
      assert.strictEqual(headers["access-control-allow-origin"], origin)
    }).pipe(Effect.provide(allowed))
  )

  it.effect("what the parser refuses can be read by an allowed origin, and by no other", () =>
    Effect.gen(function* () {
      for (const request of requests(origin)) {
        const head = (yield* raw(request)).toLowerCase()
        assert.include(head, `access-control-allow-origin: ${origin}\r\n`)
        assert.include(head, "access-control-allow-credentials: true\r\n")
        assert.include(head, "vary: origin\r\n")
      }
      for (const request of requests("https://evil.example")) {
        assert.notInclude((yield* raw(request)).toLowerCase(), "access-control-allow-origin")
      }
    }).pipe(Effect.provide(allowed))
  )

  it.effect("allows a browser of an allowed origin what the contract says, and no other", () =>
    Effect.gen(function* () {
      const preflight = yield* call("OPTIONS", "/api/x/timer", {
        headers: { origin, "access-control-request-method": "PATCH", "access-control-request-headers": "if-match" }
      })
      assert.strictEqual(preflight.status, 204)
      assert.strictEqual(preflight.headers["access-control-allow-origin"], origin)
      assert.strictEqual(preflight.headers["access-control-allow-credentials"], "true")
      for (const method of ["PATCH", "DELETE"]) {
        assert.include(preflight.headers["access-control-allow-methods"], method)
      }
      for (const header of ["Content-Type", "If-Match", "Last-Event-ID"]) {
        assert.include(preflight.headers["access-control-allow-headers"], header)
      }
      const code = yield* open()
      const stream = yield* watch(`/api/${code}/connect`, { origin })
      const refused = yield* call("GET", "/api/pair-room/x", { headers: { origin } })
      for (const { headers } of [stream, refused]) {
        assert.strictEqual(headers["access-control-allow-origin"], origin)
        assert.strictEqual(headers["access-control-allow-credentials"], "true")
        assert.strictEqual(headers["access-control-expose-headers"], "ETag,Location,Retry-After")
        assert.include(headers["vary"], "Origin")
      }
      const evil = { origin: "https://evil.example" }
      for (const { headers } of [
        yield* call("GET", `/api/pair-room/${code}`, { headers: evil }),
        yield* call("GET", "/nope", { headers: evil }),
        yield* call("GET", `/api/pair-room/${code}`),
        yield* call("OPTIONS", "/api/x/timer", { headers: { ...evil, "access-control-request-method": "PATCH" } })
      ]) {
        assert.deepStrictEqual(
          Object.keys(headers).filter((name) => name.startsWith("access-control")),
          []
        )
        assert.include(headers["vary"], "Origin")
      }
      const page = yield* call("GET", "/", { headers: { origin } })
      assert.strictEqual(page.headers["vary"], "Accept-Encoding, Origin")
    }).pipe(Effect.provide(allowed))
  )

  it.effect("sends no CORS header where no origin is allowed", () =>
    Effect.gen(function* () {
      const answer = yield* call("GET", "/healthz", { headers: { origin } })
      assert.deepStrictEqual(
        Object.keys(answer.headers).filter((name) => name.startsWith("access-control")),
        []
      )
    }).pipe(Effect.provide(serve()))
  )

  it.effect("describes itself under the prefix that it serves", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* call("GET", "/healthz")).status, 200)
      assert.strictEqual((yield* call("GET", "/readyz")).status, 200)
      assert.strictEqual((yield* call("GET", "/metrics")).status, 200)
      const { json } = yield* call("GET", "/openapi.json")
      assert.deepStrictEqual(
        Object.entries<object>(json.paths).flatMap(([path, methods]) =>
          Object.keys(methods).map((method) => `${method} ${path}`)
        ),
        [
          "post /pairs/pair-room",
          "get /pairs/pair-room/exists",
          "get /pairs/pair-room/{accessCode}",
          "patch /pairs/pair-room/{accessCode}",
          "delete /pairs/pair-room/{accessCode}",
          "get /pairs/pair-room/{accessCode}/turns",
          "patch /pairs/pair-room/{accessCode}/pair-swap",
          "patch /pairs/pair-room/{accessCode}/status",
          "post /pairs/pair-room/{accessCode}/people",
          "patch /pairs/pair-room/{accessCode}/people",
          "patch /pairs/pair-room/{accessCode}/people/{name}",
          "delete /pairs/pair-room/{accessCode}/people/{name}",
          "get /pairs/{accessCode}/timer",
          "patch /pairs/{accessCode}/timer",
          "patch /pairs/{accessCode}/timer/start",
          "patch /pairs/{accessCode}/timer/stop",
          "patch /pairs/{accessCode}/timer/reset",
          "patch /pairs/{accessCode}/timer/next",
          "patch /pairs/{accessCode}/timer/extend",
          "patch /pairs/{accessCode}/timer/break",
          "patch /pairs/{accessCode}/timer/ack",
          "patch /pairs/{accessCode}/undo",
          "get /pairs/{accessCode}/connect",
          "delete /pairs/{accessCode}/connect",
          "put /room/{accessCode}",
          "get /room/{accessCode}/goal",
          "put /room/{accessCode}/goal",
          "delete /room/{accessCode}/goal"
        ]
      )
      assert.include((yield* call("GET", "/docs")).text, "Pairroom")
      assert.include((yield* call("GET", "/")).text, 'content="/pairs"')
      assert.include(
        (yield* call("GET", "/room/AAAAAAAAAAAAA")).headers["content-security-policy"],
        "default-src 'none'"
      )
    }).pipe(Effect.provide(serve({ prefix: "/pairs" })))
  )

  it.effect("drains: not ready any more, streams end with a time to come back, commands are still taken", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const stream = yield* watch(`/api/${code}/connect`)
      yield* stream.next(3)
      yield* Drain.begin
      const [last, end] = yield* stream.take(2)
      assert.match(last?.retry ?? "", /^\d+$/)
      assert.strictEqual(end?.event, "END")
      assert.strictEqual((yield* call("GET", `/api/pair-room/${code}`)).json.connections, 1, "to come back unseen")
      assert.strictEqual((yield* call("GET", "/readyz")).status, 503)
      assert.strictEqual((yield* call("GET", "/healthz")).status, 200)
      const command = yield* call("PATCH", `/api/${code}/timer/start`)
      assert.strictEqual(command.status, 204)
      assert.strictEqual(command.headers["connection"], "close")
      assert.match((yield* call("GET", `/api/${code}/connect`)).text, /^retry: \d+\n\n$/)
    }).pipe(Effect.provide(serve()))
  )

  it.effect("when it is closed takes new connections a moment longer, until no client comes back to it", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const drain = Drain.layerWith({ spread: Duration.zero, notice: Duration.seconds(1) })
      const server = yield* Layer.buildWithScope(serve({}, Rooms.layer, drain), scope)
      yield* Effect.gen(function* () {
        const code = yield* open()
        const stream = yield* watch(`/api/${code}/connect`)
        yield* stream.next(3)
        const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void))
        const [last, end] = yield* stream.take(2)
        assert.isAbove(Number(last?.retry), 1_000)
        assert.strictEqual(end?.event, "END")
        assert.strictEqual((yield* call("GET", "/readyz")).status, 503)
        const bounced = /^retry: (\d+)\n\n$/.exec((yield* call("GET", `/api/${code}/connect`)).text)
        assert.isAbove(Number(bounced?.[1]), 1_000)
        assert.strictEqual((yield* call("PATCH", `/api/${code}/timer/start`)).status, 204)
        yield* TestClock.adjust("1 second")
        yield* Fiber.join(closing)
      }).pipe(Effect.provideContext(server))
    })
  )
})
