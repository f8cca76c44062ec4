import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Socket } from "node:net"
import { PassThrough } from "node:stream"
import type { Connection } from "../../../src/http/node/Connections.ts"
import * as ParserRefusals from "../../../src/http/node/ParserRefusals.ts"
import { call, open, raw, serve } from "../harness.ts"

const parts = (answer: string) => {
  const [head = "", body = ""] = answer.split("\r\n\r\n")
  return { status: Number(head.split(" ")[1]), head: head.toLowerCase(), json: JSON.parse(body) }
}

describe("ParserRefusals", () => {
  it.effect("what Node's parser does not take is refused with the same JSON", () =>
    Effect.gen(function* () {
      const cases: ReadonlyArray<readonly [string, number, string]> = [
        ["nonsense\r\n\r\n", 400, "BadRequest"],
        ["GET / HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n", 400, "BadRequest"],
        ["GET / HTTP/1.1\r\nconnection: close\r\n\r\n", 400, "BadRequest"],
        ["GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\nconnection: close\r\n\r\n", 400, "BadRequest"],
        ["GET / HTTP/1.1\r\nhost: a b/c?@\r\nconnection: close\r\n\r\n", 400, "BadRequest"],
        ["CONNECT x:443 HTTP/1.1\r\nhost: x\r\n\r\n", 400, "BadRequest"],
        [`GET / HTTP/1.1\r\nhost: x\r\nx: ${"a".repeat(17_000)}\r\n\r\n`, 431, "HeadersTooLarge"],
        [`GET /${"a".repeat(17_000)} HTTP/1.1\r\nhost: x\r\n\r\n`, 431, "HeadersTooLarge"],
        ["GET / HTTP/1.1\r\nhost: x\r\nexpect: a miracle\r\nconnection: close\r\n\r\n", 417, "ExpectationFailed"],
        [
          "POST /api/pair-room HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
          400,
          "BadRequest"
        ]
      ]
      for (const [request, status, tag] of cases) {
        const answer = parts(yield* raw(request))
        assert.deepStrictEqual([answer.status, answer.json._tag], [status, tag], request.slice(0, 60))
        assert.include(answer.head, "content-type: application/json")
        assert.include(answer.head, "cache-control: no-store")
      }
    }).pipe(Effect.provide(serve()))
  )

  it.effect("what is broken after a request does not take the place of its answer", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const start = `PATCH /api/${code}/timer/start HTTP/1.1\r\nhost: x\r\n\r\n`
      const broken = "\u0000\u0000\r\n\r\n"
      for (const answers of [yield* raw(start + broken), yield* raw(start, { later: broken })]) {
        const [first, second] = answers.split(/(?=HTTP\/1.1 400)/)
        assert.match(first ?? "", /^HTTP\/1.1 204 /)
        assert.strictEqual(parts(second ?? "").json._tag, "BadRequest")
      }
      assert.isTrue((yield* call("GET", `/api/pair-room/${code}`)).json.running)
    }).pipe(Effect.provide(serve()))
  )

  it("one error waits behind an answer that nobody reads, and with the next one the connection ends", () => {
    const socket = new PassThrough()
    const response = Object.assign(new PassThrough(), { headersSent: true })
    const last = { request: { complete: true }, response } as unknown as Connection["last"]
    const connection = { last, behind: 0, fullAt: -1, isStream: false, unreadSince: -1 }
    const bytes = () =>
      ParserRefusals.onClientError({ code: "HPE_INVALID_METHOD", rawPacket: new Uint8Array(8) }, socket, connection)
    const before = response.listenerCount("finish")
    bytes()
    assert.deepStrictEqual([response.listenerCount("finish"), socket.destroyed], [before + 1, false])
    bytes()
    assert.deepStrictEqual([response.listenerCount("finish"), socket.destroyed], [before + 1, true])
  })

  it.effect("a request in which several things are wrong gets one refusal", () =>
    Effect.gen(function* () {
      const answer = yield* raw("PUT / HTTP/1.1\r\nhost: x\r\nexpect: a miracle\r\ntransfer-encoding: gzip\r\n\r\n")
      assert.strictEqual(answer.split("HTTP/1.1").length, 2)
      assert.deepStrictEqual([parts(answer).status, parts(answer).json._tag], [417, "ExpectationFailed"])
    }).pipe(Effect.provide(serve()))
  )

  it.effect("a tunnel that is asked for behind an answer that is not all sent ends the connection", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const tunnel = "CONNECT x:443 HTTP/1.1\r\nhost: x\r\n\r\n"
      const stream = yield* raw(`GET /api/${code}/connect HTTP/1.1\r\nhost: x\r\n\r\n`, { later: tunnel })
      assert.include(stream, "event: room")
      const post =
        "POST /api/pair-room HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
      for (const answers of [stream, yield* raw(post + tunnel)]) assert.notInclude(answers, "CONNECT is for proxies")
      yield* Effect.repeat(call("GET", `/api/pair-room/${code}`), { until: ({ json }) => json.connections === 0 })
      const used = yield* raw("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n", { later: tunnel })
      assert.match(used, /^HTTP\/1.1 200 [^]*HTTP\/1.1 400 [^]*CONNECT is for proxies/)
    }).pipe(Effect.provide(serve()))
  )

  it("a connection that asked for a tunnel and is reset then ends, and nothing else", () => {
    const socket = new Socket()
    ParserRefusals.onConnect(new Map())({ socket })
    socket.emit("error", new Error("read ECONNRESET"))
    assert.isTrue(socket.destroyed)
  })
})
