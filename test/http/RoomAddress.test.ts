import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer, Stream, SubscriptionRef } from "effect"
import { TestClock } from "effect/testing"
import { StoreUnavailable } from "../../src/domain/errors.ts"
import { OFF } from "../../src/http/Limits.ts"
import { Rooms } from "../../src/rooms/Rooms.ts"
import { RoomStore } from "../../src/store/RoomStore.ts"
import { type Answer, call, open, serve } from "./harness.ts"

const UNKNOWN = "AAAAAAAAAAAAA"

const three = { driver: undefined, navigator: undefined, people: ["ann", "bo", "cleo"], timerDuration: 900_000 }

const take = (path: string, accept?: string, method = "GET") =>
  call(method, path, accept === undefined ? {} : { headers: { accept } })

const HTML = "text/html,application/xhtml+xml,*/*;q=0.8"

/** How each form is asked for, and what it is. */
const FORMS = [
  ["", HTML, "text/html; charset=utf-8"],
  ["", "*/*", "text/plain; charset=utf-8"],
  ["", "text/calendar", "text/calendar; charset=utf-8"],
  [".svg", "image/*", "image/svg+xml"]
] as const

const typeOf = ({ headers, status }: Answer) => [status, headers["content-type"]]

describe("a room's address", () => {
  it.effect("is the page, a line or a calendar, as the client takes it, and a badge beside it", () =>
    Effect.gen(function* () {
      const code = yield* open(three)
      yield* call("PATCH", `/api/${code}/timer/start`)
      yield* TestClock.adjust("28 seconds")
      for (const [suffix, accept, type] of FORMS) {
        const get = yield* take(`/room/${code}${suffix}`, accept)
        assert.deepStrictEqual(typeOf(get), [200, type])
        assert.strictEqual(get.headers["cache-control"], accept === HTML ? "no-cache" : "no-store")
        assert.strictEqual(
          get.headers["vary"],
          suffix === ".svg" ? undefined : accept === HTML ? "Accept, Accept-Encoding" : "Accept"
        )
        assert.strictEqual(get.headers["x-content-type-options"], "nosniff")
        const head = yield* take(`/room/${code}${suffix}`, accept, "HEAD")
        assert.deepStrictEqual([...typeOf(head), head.text], [200, type, ""])
        assert.strictEqual(head.headers["content-length"], String(Buffer.byteLength(get.text)))
      }
      const line = "14:32 left · ann drives, bo next · turn 1"
      assert.strictEqual((yield* take(`/room/${code}`)).text, `${line}\n`)
      assert.strictEqual((yield* take(`/room/${code.toLowerCase()}`, "text/plain")).text, `${line}\n`)
      const badge = (yield* take(`/room/${code.toLowerCase()}.svg`)).text
      for (const part of [`<title>${line}</title>`, ">ann drives</text>", ">14:32</text>"]) assert.include(badge, part)
      assert.include((yield* take(`/room/${code}`, "text/calendar")).text, "\r\nSUMMARY:ann drives\r\n")
    }).pipe(Effect.provide(serve()))
  )

  it.effect("a code that no room has is 404 in the same form, and the page comes all the same", () =>
    Effect.gen(function* () {
      const page = (yield* take(`/room/${yield* open()}`, HTML)).text
      for (const [suffix, accept, type] of FORMS) {
        for (const code of [UNKNOWN, "x.y", "%ED%95%9C"]) {
          const answer = yield* take(`/room/${code}${suffix}`, accept)
          assert.deepStrictEqual([...typeOf(answer), answer.headers["cache-control"]], [404, type, "no-store"], code)
          assert.isUndefined(answer.headers["etag"])
          if (accept === HTML) {
            assert.strictEqual(answer.text, page)
            assert.include(String(answer.headers["content-security-policy"]), "script-src 'self'")
          }
        }
      }
      assert.match((yield* take(`/room/${UNKNOWN}`)).text, /no room has this access code.*\n$/)
      assert.include((yield* take(`/room/${UNKNOWN}.svg`)).text, ">not found</text>")
      assert.include((yield* take(`/room/${UNKNOWN}`, "text/calendar")).text, "BEGIN:VTIMEZONE")
    }).pipe(Effect.provide(serve()))
  )

  it.effect("a browser that has the page of a room that was deleted is told so, not that nothing has changed", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const known = { accept: HTML, "if-none-match": String((yield* take(`/room/${code}`, HTML)).headers["etag"]) }
      const again = call("GET", `/room/${code}`, { headers: known })
      const unchanged = yield* again
      assert.deepStrictEqual([unchanged.status, unchanged.headers["vary"]], [304, "Accept, Accept-Encoding"])
      yield* call("DELETE", `/api/pair-room/${code}`)
      assert.strictEqual((yield* again).status, 404)
    }).pipe(Effect.provide(serve()))
  )

  it.effect.each(FORMS)("codes that no room has are counted here as well: %s %s", ([suffix, accept, type]) =>
    Effect.gen(function* () {
      const code = yield* open()
      assert.strictEqual((yield* call("GET", `/api/pair-room/${UNKNOWN}`)).status, 404)
      const guess = take(`/room/${UNKNOWN}${suffix}`, accept)
      assert.strictEqual((yield* guess).status, 404)
      const refused = yield* guess
      assert.deepStrictEqual([...typeOf(refused), refused.headers["retry-after"]], [429, type, "60"])
      assert.strictEqual((yield* take(`/room/${code}${suffix}`, accept)).status, 200)
    }).pipe(Effect.provide(serve({ limits: { ...OFF, unknownCodesPerMinute: 2 } })))
  )

  it.effect("who asks does not watch the room, and changes nothing", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const { id } = (yield* call("GET", `/api/pair-room/${code}`)).json
      for (const [suffix, accept] of FORMS) yield* take(`/room/${code}${suffix}`, accept)
      assert.deepInclude((yield* call("GET", `/api/pair-room/${code}`)).json, { id, connections: 0, here: [] })
    }).pipe(Effect.provide(serve()))
  )

  it.effect("other methods are refused, and the command `mob` is served", () =>
    Effect.gen(function* () {
      const code = yield* open(three)
      const allowed = Effect.fnUntraced(function* (path: string) {
        const { headers, status } = yield* call("POST", path)
        return [status, String(headers["allow"]).split(", ").toSorted().join(", ")]
      })
      assert.deepStrictEqual(yield* allowed(`/room/${code}`), [405, "GET, HEAD, PUT"])
      assert.deepStrictEqual(yield* allowed(`/room/${code}.svg`), [405, "GET, HEAD"])
      assert.deepStrictEqual(yield* allowed(`/room/${code}/goal`), [405, "DELETE, GET, HEAD, PUT"])
      assert.strictEqual((yield* call("PUT", `/room/${code}`, { body: { timer: 10, user: "bo" } })).status, 202)
      assert.strictEqual((yield* take(`/room/${code}`)).text, "10:00 left · bo drives, cleo next · turn 1\n")
      assert.strictEqual((yield* call("PUT", `/room/${code}/goal`, { body: { goal: "x" } })).status, 202)
      assert.strictEqual((yield* take(`/room/${code}/goal`, HTML)).json.goal, "x")
    }).pipe(Effect.provide(serve()))
  )
})

describe("a room's address while the store is away", () => {
  const away = Effect.fail(new StoreUnavailable({ message: "the store is away" }))
  const store = Layer.effect(
    RoomStore,
    Effect.map(SubscriptionRef.make(false), (available) => ({
      create: () => away,
      get: () => away,
      modify: () => away,
      changes: () => Stream.fromEffect(away),
      available,
      now: Effect.succeed(0)
    }))
  )

  it.effect("the page is served, and everything else says so with the time to try again", () =>
    Effect.gen(function* () {
      for (const [suffix, accept, type] of FORMS) {
        const answer = yield* take(`/room/${UNKNOWN}${suffix}`, accept)
        assert.deepStrictEqual(
          [...typeOf(answer), answer.headers["retry-after"]],
          accept === HTML ? [200, type, undefined] : [503, type, "1"]
        )
        if (accept === HTML) assert.include(answer.text, '<div id="page">')
      }
      assert.strictEqual((yield* take(`/room/${UNKNOWN}`)).text, "the store is away\n")
      assert.include((yield* take(`/room/${UNKNOWN}.svg`)).text, ">not available</text>")
    }).pipe(Effect.provide(serve({ drainTimeout: Duration.zero }, Rooms.layer.pipe(Layer.provide(store)))))
  )
})
