import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { TestClock } from "effect/testing"
import * as Listener from "../../../src/http/node/Listener.ts"
import { call, dial, open, pair, raw, serve, watch } from "../harness.ts"
import { large } from "../large.ts"

/** One turn of Node's event loop. */
const turn = Effect.callback<void>((resume) => void setImmediate(() => resume(Effect.void)))

const connect = (code: string) => `GET /api/${code}/connect HTTP/1.1\r\nhost: x\r\n\r\n`

const view = (code: string) => Effect.map(call("GET", `/api/pair-room/${code}`), ({ json }) => json)

const openLarge = open(large)

const swap = (code: string, id: string) =>
  call("PATCH", `/api/pair-room/${code}/pair-swap`, { headers: { "if-match": `"${id}"` } })

/** How much of each stream is unread in our own buffers, in bytes. */
const unread = Listener.Listener.use(({ connections }) =>
  Effect.sync(() => Array.from(connections.keys(), ({ writableLength }) => writableLength))
)

/** Changes a room until the client of one of its streams is so far behind that our buffer is no longer read. */
const pressUntilUnread = Effect.fnUntraced(function* (code: string) {
  for (let press = 0; press < 5_000 && Math.max(...(yield* unread)) === 0; press++) {
    yield* swap(code, (yield* view(code)).id)
  }
  // And as often again as the room keeps frames for those who are behind.
  for (let press = 0; press < 40; press++) yield* swap(code, (yield* view(code)).id)
})

const answers = (text: string) => text.split("HTTP/1.1 200").length - 1

describe("Connections", () => {
  it.effect(
    "a client that stops reading costs a bounded buffer, disturbs nobody, and is given the newest state then",
    () =>
      Effect.gen(function* () {
        const code = yield* openLarge
        const slow = yield* dial(connect(code))
        yield* slow.upTo("remaining-time")
        const other = yield* watch(`/api/${code}/connect`)
        yield* other.next(3)
        yield* slow.stopReading
        yield* pressUntilUnread(code)
        // What Node takes before it says that it is enough, and one frame.
        assert.isBelow(Math.max(...(yield* unread)), 64 * 1_024 + 16 * 1_024)
        yield* call("PATCH", `/api/${code}/timer/start`)
        yield* other.upTo("timer start")
        yield* slow.readAgain
        // Only the room anew has it: the changes before the start were lost to this client.
        const anew = yield* slow.upTo(`data: start\nid: ${(yield* view(code)).id}\n`)
        assert.include(anew, "event: timer\ndata: running\n\nevent: timer\ndata: start\n")
        yield* TestClock.adjust("1 second")
        assert.include(yield* slow.upTo("data: 599000\n"), "event: remaining-time")
      }).pipe(Effect.provide(serve()))
  )

  it.effect("a client that reads nothing for 30 s is reset, and no longer counted", () =>
    Effect.gen(function* () {
      const code = yield* openLarge
      const slow = yield* dial(connect(code))
      yield* slow.upTo("remaining-time")
      yield* slow.stopReading
      yield* pressUntilUnread(code)
      assert.strictEqual((yield* view(code)).connections, 1)
      yield* TestClock.adjust("29 seconds")
      assert.strictEqual((yield* view(code)).connections, 1)
      yield* TestClock.adjust("10 seconds")
      yield* slow.readAgain
      assert.strictEqual(yield* slow.closed, "ECONNRESET")
      yield* Effect.repeat(view(code), { until: ({ connections }) => connections === 0 })
      assert.deepStrictEqual(
        (yield* unread).filter((bytes) => bytes > 0),
        []
      )
      const { text } = yield* call("GET", "/metrics")
      assert.match(text, /^pairroom_streams_ended_total{cause="slow"} 1$/m)
      assert.match(text, /^pairroom_frames_dropped_total [1-9]\d*$/m)
    }).pipe(Effect.provide(serve()))
  )

  it.effect("a client that reads stays connected, however long nothing else happens", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const stream = yield* watch(`/api/${code}/connect`)
      yield* TestClock.adjust("5 minutes")
      assert.strictEqual((yield* stream.upTo("heartbeat 300000")).length, 3 + 20)
      assert.strictEqual((yield* view(code)).connections, 1)
    }).pipe(Effect.provide(serve()))
  )

  it.effect("a request behind a stream ends its connection, and nobody else notices", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const other = yield* watch(`/api/${code}/connect`)
      yield* other.next(3)
      const behind = [connect(code), "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"]
      for (const later of behind) {
        const answer = yield* raw(connect(code), { later })
        assert.strictEqual(answer.split("HTTP/1.1").length, 2, "one answer alone")
      }
      for (const later of behind) yield* raw(connect(code) + later.repeat(3))
      yield* Effect.repeat(view(code), { until: ({ connections }) => connections === 1 })
      yield* call("PATCH", `/api/${code}/timer/start`)
      yield* other.upTo("timer start")
    }).pipe(Effect.provide(serve()))
  )

  it.effect("a stream may follow another answer on the same connection", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const client = yield* dial(`GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n${connect(code)}`)
      yield* client.upTo("remaining-time")
      yield* call("PATCH", `/api/${code}/timer/start`)
      yield* client.upTo("data: start")
    }).pipe(Effect.provide(serve()))
  )

  it.effect.each(["h2c", "websocket"])(
    "a request that asks for an upgrade to %s is answered as any other",
    (protocol) =>
      Effect.gen(function* () {
        const code = yield* open()
        const upgrade = { connection: "upgrade", upgrade: protocol }
        const answer = yield* call("GET", `/api/pair-room/${code}`, { headers: upgrade })
        assert.strictEqual(answer.status, 200)
        const stream = yield* watch(`/api/${code}/connect`, upgrade)
        yield* stream.next(3)
        stream.leave()
        while ((yield* call("GET", `/api/pair-room/${code}`)).json.connections > 0);
      }).pipe(Effect.provide(serve()))
  )

  it.effect("a request that asks for an upgrade is the last one on its connection", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const upgrade = "host: x\r\nconnection: upgrade\r\nupgrade: h2c\r\n"
      const start = `PATCH /api/${code}/timer/start HTTP/1.1\r\nhost: x\r\n\r\n`
      const ask = `GET /healthz HTTP/1.1\r\n${upgrade}`
      for (const answer of [
        yield* raw(`${ask}\r\n${start}`),
        yield* raw(`${ask}content-length: ${start.length}\r\n\r\n`, { later: start })
      ]) {
        assert.strictEqual(answer.split("HTTP/1.1").length, 2)
        assert.match(answer, /^HTTP\/1.1 200 /)
        assert.match(answer, /^connection: close\r$/im)
      }
      assert.isFalse((yield* view(code)).running)
    }).pipe(Effect.provide(serve()))
  )

  it.effect("requests that come before the routes are there are answered when they are", () =>
    Effect.gen(function* () {
      const node = yield* Layer.build(Listener.layer({ host: "127.0.0.1", port: 0, drainTimeout: Duration.seconds(1) }))
      yield* Effect.gen(function* () {
        const early = yield* dial("GET /early HTTP/1.1\r\nhost: x\r\n\r\n")
        const patient = yield* dial("GET /early HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\n\r\n")
        const asked = Listener.Listener.use(({ connections }) =>
          Effect.sync(() => Array.from(connections.values()).filter(({ last }) => last !== undefined).length)
        )
        yield* Effect.repeat(Effect.andThen(turn, asked), { until: (count) => count === 2 })
        yield* Layer.build(HttpRouter.serve(HttpRouter.add("GET", "/early", HttpServerResponse.text("here"))))
        yield* early.upTo("here")
        yield* patient.upTo("here")
        assert.strictEqual((yield* call("GET", "/early")).text, "here")
      }).pipe(Effect.provideContext(node))
    })
  )

  const post = "POST /api/pair-room HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
  const ask = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"

  it.effect(
    "of many requests sent at once on one connection the first 33 are answered in order, and then it ends",
    () =>
      Effect.gen(function* () {
        const code = yield* open()
        const last = "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
        assert.strictEqual(answers(yield* raw(ask.repeat(15) + last)), 16)
        const start = `PATCH /api/${code}/timer/start HTTP/1.1\r\nhost: x\r\n\r\n`
        const many = yield* raw(ask.repeat(32) + start + ask.repeat(500) + last)
        assert.strictEqual(answers(many), 32)
        assert.match(many, /HTTP\/1.1 204 [^]*\r\nconnection: close\r\n[^]*\r\n\r\n$/i)
        assert.isTrue((yield* view(code)).running)
        // A stream is the last answer on its connection, and these have requests behind it.
        assert.notInclude(yield* raw(ask.repeat(32) + connect(code) + ask.repeat(20)), "event: connect")
      }).pipe(Effect.provide(serve()))
  )

  it.effect("a connection on which each request comes before the last one is answered goes on", () =>
    Effect.gen(function* () {
      const body = JSON.stringify(pair)
      const begun = `${post}content-length: ${body.length}\r\n\r\n${body.slice(0, 1)}`
      const client = yield* dial("")
      yield* client.write(begun)
      for (let count = 0; count < 50; count++) {
        yield* client.write(body.slice(1) + begun)
        yield* client.upTo("HTTP/1.1 201")
      }
      yield* client.write(body.slice(1))
      yield* client.upTo("HTTP/1.1 201")
    }).pipe(Effect.provide(serve()))
  )

  it.effect("a connection that goes on sending behind too many requests ends at once", () =>
    Effect.gen(function* () {
      assert.isAtMost(answers(yield* raw(ask.repeat(20_000))), 33)
      assert.strictEqual((yield* call("GET", "/healthz")).status, 200)
    }).pipe(Effect.provide(serve()))
  )

  it.effect.each([
    ["a chunk whose size is no number", `${post}transfer-encoding: chunked\r\n\r\nzz\r\n`, 400, "BadRequest"],
    ["a transfer coding nobody knows", `${post}transfer-encoding: brotli\r\n\r\n0\r\n\r\n`, 501, "NotImplemented"],
    [
      "a coding below chunked",
      `${post}transfer-encoding: gzip, chunked\r\nconnection: close\r\n\r\n0\r\n\r\n`,
      501,
      "NotImplemented"
    ],
    ["both lengths", `${post}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n`, 400, "BadRequest"]
  ] as const)("%s is refused at once, in JSON", ([, request, status, tag]) =>
    Effect.gen(function* () {
      const [head = "", body = ""] = (yield* raw(request)).split("\r\n\r\n")
      assert.strictEqual(head.split(" ")[1], String(status))
      assert.strictEqual(JSON.parse(body)._tag, tag)
      assert.include(head.toLowerCase(), "x-content-type-options: nosniff")
    }).pipe(Effect.provide(serve()))
  )

  it.effect("a request that is refused in the middle of its body is over for its handler too", () =>
    Effect.gen(function* () {
      const client = yield* dial(`${post}transfer-encoding: chunked\r\n\r\n1\r\n{\r\n`)
      const { connections } = yield* Listener.Listener
      const begun = Effect.sync(() => Array.from(connections.values(), ({ last }) => last?.request)[0])
      const request = yield* Effect.repeat(Effect.andThen(turn, begun), { until: (found) => found !== undefined })
      yield* client.write("zz\r\n")
      yield* client.upTo("BadRequest")
      assert.strictEqual(yield* client.closed, "end")
      // It waits for the rest of the body otherwise, for good.
      yield* Effect.repeat(turn, { until: () => request?.destroyed === true })
    }).pipe(Effect.provide(serve()))
  )
})
