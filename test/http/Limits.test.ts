import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, Scope } from "effect"
import { IpNetwork } from "effect/net"
import { RateLimiter } from "effect/persistence"
import { TestClock } from "effect/testing"
import { networkOf } from "../../src/http/ClientAddress.ts"
import { OFF } from "../../src/http/Limits.ts"
import { type Answer, call, dial, open, pair, raw, serve, watch } from "./harness.ts"

const refusal = ({ headers, json, status }: Answer) => [status, json._tag, headers["retry-after"]]

/** What a client that is over a limit of streams gets: it ends at once, and tells when to come back. */
const isTurnedAway = ({ headers, status, text }: Answer) => {
  assert.strictEqual(status, 200)
  assert.strictEqual(headers["content-type"], "text/event-stream")
  const [, retry] = /^retry: (\d+)\n\n$/.exec(text) ?? []
  assert.isTrue(Number(retry) >= 5_000 && Number(retry) <= 15_000, text)
}

const from = (address: string) => ({ headers: { "x-forwarded-for": address } })

const exists = (code: string) => call("GET", `/api/pair-room/exists?access_code=${code}`)

/** More than the streams that end in a few turns of the event loop. */
const CROWD = 200

describe("Limits", () => {
  it.effect("new rooms over the limit are refused with the time to try again, and nothing else is", () =>
    Effect.gen(function* () {
      const code = yield* open()
      yield* open()
      const refused = yield* call("POST", "/api/pair-room", { body: pair })
      assert.deepStrictEqual(refusal(refused), [429, "TooManyRequests", "60"])
      assert.include(refused.json.message, "at most 2 new rooms a minute")
      assert.strictEqual((yield* call("PATCH", `/api/${code}/timer/start`)).status, 204)
      yield* TestClock.adjust("1 minute")
      yield* open()
    }).pipe(Effect.provide(serve({ limits: { ...OFF, roomsPerMinute: 2 } })))
  )

  it.effect("commands are counted for each address, before the body is looked at", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const start = (address: string) => call("PATCH", `/api/${code}/timer/start`, from(address))
      for (const address of ["192.0.2.1", "192.0.2.1", "192.0.2.1"]) {
        assert.strictEqual((yield* start(address)).status, 204)
      }
      assert.strictEqual((yield* start("192.0.2.1")).status, 429)
      const update = yield* call("PATCH", `/api/${code}/timer`, { ...from("192.0.2.1"), body: "no JSON" })
      assert.strictEqual(update.status, 429)
      assert.strictEqual((yield* start("192.0.2.2")).status, 204)
      assert.strictEqual((yield* call("GET", `/api/pair-room/${code}`, from("192.0.2.1"))).status, 200)
    }).pipe(
      Effect.provide(
        serve({
          limits: { ...OFF, commandsPerMinute: 3 },
          trustedProxies: [IpNetwork.fromStringUnsafe("127.0.0.0/8")]
        })
      )
    )
  )

  it.effect(
    "a forwarded address counts only if a trusted proxy has sent it, and then the last that is none of them",
    () =>
      Effect.gen(function* () {
        const code = yield* open()
        const start = (forwarded: string) => call("PATCH", `/api/${code}/timer/start`, from(forwarded))
        assert.strictEqual((yield* start("192.0.2.1")).status, 204)
        assert.strictEqual((yield* start("192.0.2.2")).status, 429)
      }).pipe(Effect.provide(serve({ limits: { ...OFF, commandsPerMinute: 1 } })))
  )

  it.effect("what a client writes before the proxy's own entry does not count", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const start = (forwarded: string) => call("PATCH", `/api/${code}/timer/start`, from(forwarded))
      assert.strictEqual((yield* start("6.6.6.6, 192.0.2.1, 127.0.0.1")).status, 204)
      assert.strictEqual((yield* start("7.7.7.7, 192.0.2.1")).status, 429)
    }).pipe(
      Effect.provide(
        serve({
          limits: { ...OFF, commandsPerMinute: 1 },
          trustedProxies: [IpNetwork.fromStringUnsafe("127.0.0.0/8")]
        })
      )
    )
  )

  it.effect("where all forwarded addresses are those of proxies, the proxy that has sent the request counts", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const start = (forwarded: string) => call("PATCH", `/api/${code}/timer/start`, from(forwarded))
      assert.strictEqual((yield* start("127.0.0.5, 127.0.0.9")).status, 204)
      assert.strictEqual((yield* start("127.0.0.6, 127.0.0.9")).status, 429)
      assert.strictEqual((yield* call("PATCH", `/api/${code}/timer/start`)).status, 429)
      assert.strictEqual((yield* start("192.0.2.1, 127.0.0.9")).status, 204)
    }).pipe(
      Effect.provide(
        serve({
          limits: { ...OFF, commandsPerMinute: 1 },
          trustedProxies: [IpNetwork.fromStringUnsafe("127.0.0.0/8")]
        })
      )
    )
  )

  it.effect("who guesses codes is refused for unknown codes alone, and a stream ends with a time to come back", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const guess = call("GET", "/api/pair-room/AAAAAAAAAAAAA")
      assert.strictEqual((yield* guess).status, 404)
      assert.strictEqual((yield* exists("AAAAAAAAAAAAB")).json.exists, false)
      assert.deepStrictEqual(refusal(yield* guess), [429, "TooManyRequests", "60"])
      assert.strictEqual((yield* exists("AAAAAAAAAAAAC")).status, 429)
      isTurnedAway(yield* call("GET", "/api/AAAAAAAAAAAAA/connect"))
      assert.strictEqual((yield* exists(code)).json.exists, true)
      assert.strictEqual((yield* call("GET", `/api/pair-room/${code}`)).status, 200)
    }).pipe(Effect.provide(serve({ limits: { ...OFF, unknownCodesPerMinute: 2 } })))
  )

  it.effect.each([
    ["a room", { streamsPerRoom: 2 }],
    ["an address", { streamsPerAddress: 2 }],
    ["the process", { streams: 2 }]
  ] as const)("over the limit of %s a stream ends at once, and a place is free again when one has gone", ([, limits]) =>
    Effect.gen(function* () {
      const code = yield* open()
      const first = yield* watch(`/api/${code}/connect`)
      yield* first.next(3)
      const second = yield* watch(`/api/${code.toLowerCase()}/connect`)
      yield* second.next(3)
      isTurnedAway(yield* call("GET", `/api/${code}/connect`))
      first.leave()
      yield* Effect.repeat(call("GET", `/api/pair-room/${code}`), { until: ({ json }) => json.connections === 1 })
      const third = yield* watch(`/api/${code}/connect`)
      assert.deepStrictEqual(yield* third.next(3), ["connect", "room", "remaining-time 600000"])
    }).pipe(Effect.provide(serve({ limits: { ...OFF, ...limits } })))
  )

  it.effect("a crowd that loses its streams and comes back at once finds its places free", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const crowd = Array.from({ length: CROWD }, () =>
        dial(`GET /api/${code}/connect HTTP/1.1\r\nhost: x\r\nlast-event-id: x\r\n\r\n`)
      )
      const before = yield* Scope.make()
      const clients = yield* Scope.provide(Effect.all(crowd), before)
      yield* Effect.forEach(clients, ({ upTo }) => upTo("event: connect"), { discard: true })
      yield* Scope.close(before, Exit.void)
      const back = yield* Effect.forEach(yield* Effect.all(crowd), ({ upTo }) => upTo("retry: "))
      assert.deepStrictEqual(
        back.filter((answer) => !answer.includes("event: connect")),
        []
      )
    }).pipe(Effect.provide(serve({ limits: { ...OFF, streamsPerAddress: CROWD } })))
  )

  it.effect("a HEAD request, and a stream that could not begin, keep no place", () =>
    Effect.gen(function* () {
      const code = yield* open()
      for (let time = 0; time < 3; time++) {
        yield* call("HEAD", `/api/${code}/connect`)
        yield* call("GET", "/api/AAAAAAAAAAAAA/connect")
      }
      assert.include(yield* raw(`GET /api/${code}/connect HTTP/1.0\r\n\r\n`, { later: "x" }), "event: connect")
    }).pipe(Effect.provide(serve({ limits: { ...OFF, streamsPerAddress: 1 } })))
  )

  it.effect("who is over a limit is refused without another question to the store, until the time is over", () =>
    Effect.gen(function* () {
      const asked: Array<string> = []
      const store = yield* RateLimiter.RateLimiterStore.pipe(
        Effect.map((store) =>
          RateLimiter.RateLimiterStore.of({
            ...store,
            fixedWindow: (options) =>
              Effect.andThen(
                Effect.sync(() => void asked.push(options.key)),
                store.fixedWindow(options)
              )
          })
        ),
        Effect.provide(RateLimiter.layerStoreMemory)
      )
      yield* Effect.gen(function* () {
        const code = yield* open()
        const start = call("PATCH", `/api/${code}/timer/start`)
        const statuses = yield* Effect.forEach([1, 2, 3, 4, 5], () => start)
        assert.deepStrictEqual(
          statuses.map(({ status }) => status),
          [204, 204, 429, 429, 429]
        )
        assert.strictEqual(asked.length, 3)
        yield* TestClock.adjust("59 seconds")
        assert.deepStrictEqual(refusal(yield* start), [429, "TooManyRequests", "1"])
        yield* TestClock.adjust("1 second")
        assert.strictEqual((yield* start).status, 204)
        assert.strictEqual(asked.length, 4)
      }).pipe(
        Effect.provide(
          serve({ limits: { ...OFF, commandsPerMinute: 2 } }).pipe(
            Layer.provide(Layer.succeed(RateLimiter.RateLimiterStore, store))
          )
        )
      )
    })
  )

  it("counts an IPv6 address by its /64, and a mapped IPv4 address as that", () => {
    assert.strictEqual(networkOf("192.0.2.1"), "192.0.2.1")
    assert.strictEqual(networkOf("::ffff:192.0.2.1"), "192.0.2.1")
    assert.strictEqual(networkOf("2001:db8:1:2:3:4:5:6"), networkOf("2001:db8:1:2::1"))
    assert.notStrictEqual(networkOf("2001:db8:1:2::1"), networkOf("2001:db8:1:3::1"))
  })
})
