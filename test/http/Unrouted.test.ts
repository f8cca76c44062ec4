import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { call, open, raw, serve } from "./harness.ts"

const parts = (answer: string) => {
  const [head = "", body = ""] = answer.split("\r\n\r\n")
  return { status: Number(head.split(" ")[1]), head: head.toLowerCase(), json: JSON.parse(body) }
}

describe("Unrouted", () => {
  it.effect("a path that is not there is NotFound, a method that is not there names those that are", () =>
    Effect.gen(function* () {
      const cases: ReadonlyArray<readonly [string, string, number, string | undefined]> = [
        ["GET", "/nope", 404, undefined],
        ["GET", "/api", 404, undefined],
        ["GET", "/api/x/timer/start/now", 404, undefined],
        ["GET", "/api/pair-room/x/people/", 404, undefined],
        ["PUT", "/api/pair-room/", 404, undefined],
        ["PATCH", "/api/pair-room/x/people/?by=ann", 404, undefined],
        ["PUT", "/api/pair-room", 405, "POST"],
        ["POST", "/api/x/connect", 405, "GET, HEAD, DELETE"],
        ["DELETE", "/api/x/timer", 405, "GET, HEAD, PATCH"],
        ["OPTIONS", "/api/x/timer", 405, "GET, HEAD, PATCH"],
        ["POST", "/healthz", 405, "GET, HEAD"],
        ["PATCH", "/", 405, "GET, HEAD"]
      ]
      for (const [method, path, status, allow] of cases) {
        const answer = yield* call(method, path)
        assert.strictEqual(answer.status, status, path)
        assert.strictEqual(answer.json._tag, status === 404 ? "NotFound" : "MethodNotAllowed")
        assert.strictEqual(answer.headers["allow"], allow)
        assert.strictEqual(answer.headers["cache-control"], "no-store")
      }
    }).pipe(Effect.provide(serve()))
  )

  it.effect("a path is read as it stands: with `;`, a slash at its end or in upper case it is another path", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const cases: ReadonlyArray<readonly [string, string, string]> = [
        ["DELETE", `/api/pair-room/${code};/people/bob`, "RoomNotFound"],
        ["PATCH", `/api/${code}/timer/start;/x`, "NotFound"],
        ["GET", `/api/pair-room/${code};x=1`, "RoomNotFound"],
        ["GET", `/api/pair-room/${code}/`, "NotFound"],
        ["DELETE", `/api/pair-room/${code}/people/..`, "PersonNotFound"],
        ["DELETE", `/api/pair-room/${code}/people/lemon;x?by=ann`, "PersonNotFound"],
        ["DELETE", `/api/pair-room/${code}/people/%ff`, "PersonNotFound"],
        ["DELETE", `/api/pair-room/${code}/people/%zz?by=ann`, "PersonNotFound"],
        ["DELETE", "/api/pair-room/nosuch/people/%ff", "RoomNotFound"],
        ["DELETE", "/api/pair-room/nosuch/people/a;b", "RoomNotFound"],
        ["DELETE", `/api/pair-room/%ff/people/lemon`, "RoomNotFound"],
        ["DELETE", `/api/pair-room/${code}/people/`, "NotFound"],
        ["GET", `/API/pair-room/${code}`, "NotFound"],
        ["GET", `/Room/${code}`, "NotFound"],
        ["GET", `//room/${code}`, "NotFound"],
        ["GET", "/healthz;x", "NotFound"],
        ["GET", "/api/%zz/timer", "RoomNotFound"]
      ]
      for (const [method, path, tag] of cases) {
        const answer = yield* call(method, path)
        assert.deepStrictEqual([answer.status, answer.json._tag], [404, tag], `${method} ${path}`)
      }
      assert.deepInclude((yield* call("GET", `/api/pair-room/${code}`)).json, { running: false, turn: 1 })
      assert.strictEqual((yield* call("GET", "/api/%zz/timer/start")).status, 405)
      assert.strictEqual((yield* call("OPTIONS", "/api/pair-room/exists")).headers["allow"], "GET, HEAD")
    }).pipe(Effect.provide(serve()))
  )

  it.effect("a segment with many `%` is refused as a short one is, and is the name of nobody", () =>
    Effect.gen(function* () {
      const code = yield* open({ people: ["a", "b"], driver: undefined, navigator: undefined })
      const gap = `a${"%20".repeat(2_000)}b`
      const cases: ReadonlyArray<readonly [string, string, string, string]> = [
        ["DELETE", `/api/pair-room/${code}/people/${gap}`, "PersonNotFound", `"a${" ".repeat(58)}…`],
        ["DELETE", `/api/pair-room/${code}/people/${"%".repeat(6_000)}`, "PersonNotFound", `"${"%".repeat(59)}…`],
        ["GET", `/api/${"%".repeat(15_000)}/timer`, "RoomNotFound", ""],
        ["GET", `/${"%".repeat(15_000)}`, "NotFound", `"/${"%".repeat(58)}…`],
        ["GET", `/api/pair-room/${code}${"/%".repeat(5_000)}`, "NotFound", "nothing is at"]
      ]
      for (const [method, path, tag, shown] of cases) {
        const { json, status } = yield* call(method, path)
        assert.deepStrictEqual([status, json._tag], [404, tag], path.slice(0, 60))
        assert.include(json.message, shown)
      }
    }).pipe(Effect.provide(serve()))
  )

  it.effect("a query over 2 KiB is refused on every path before it is read", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const query = "a=%&".repeat(513)
      for (const path of ["/healthz", "/", `/api/pair-room/${code}`, `/api/${code}/connect`, "/nope"]) {
        const { headers, json, status } = yield* call("GET", `${path}?${query}`)
        assert.deepStrictEqual([status, json._tag, headers["cache-control"]], [400, "BadRequest", "no-store"], path)
        assert.include(json.message, 'query: expected at most 2 KiB, got 2052 bytes, "a=%&a=%&')
      }
      assert.strictEqual((yield* call("PATCH", `/api/${code}/timer/start?${query}`)).status, 400)
      assert.isFalse((yield* call("GET", `/api/pair-room/${code}`)).json.running)
      assert.strictEqual((yield* call("GET", `/healthz?${query.slice(0, 2_048)}`)).status, 200)
    }).pipe(Effect.provide(serve()))
  )

  it.effect("the whole server is no page", () =>
    Effect.gen(function* () {
      const answer = parts(yield* raw("GET * HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"))
      assert.deepStrictEqual([answer.status, answer.json.message], [404, 'path: nothing is at "*"'])
      const other = parts(yield* raw("OPTIONS * HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"))
      assert.strictEqual(other.status, 405)
    }).pipe(Effect.provide(serve()))
  )

  it.effect("a name of 80 characters that are encoded is read", () =>
    Effect.gen(function* () {
      const name = "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}".repeat(16)
      const code = yield* open({ people: ["a", "b", name], driver: undefined, navigator: undefined })
      const path = `/api/pair-room/${code}/people/${encodeURIComponent(name)}`
      assert.strictEqual((yield* call("DELETE", path)).status, 204)
    }).pipe(Effect.provide(serve()))
  )

  it.effect("a name with `;` in it is a name as any other, encoded or not", () =>
    Effect.gen(function* () {
      const code = yield* open({ people: ["a;b", "c;d", "e", "f"], driver: undefined, navigator: undefined })
      for (const name of ["a;b", "c%3Bd"]) {
        assert.strictEqual((yield* call("DELETE", `/api/pair-room/${code}/people/${name}`)).status, 204)
      }
      const { json } = yield* call("GET", `/api/pair-room/${code}`)
      assert.deepStrictEqual([json.driver, json.navigator], ["e", "f"])
    }).pipe(Effect.provide(serve()))
  )

  it.effect("a body that is larger than it may be is refused, whether it says so or not", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const head = `PATCH /api/${code}/timer HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n`
      const chunk = `4000\r\n${" ".repeat(0x4000)}\r\n`
      for (const body of [
        "content-length: 1000000\r\n\r\n{",
        `transfer-encoding: chunked\r\n\r\n${chunk}${chunk}0\r\n\r\n`
      ]) {
        const answer = parts(yield* raw(head + body))
        assert.deepStrictEqual([answer.status, answer.json._tag], [413, "PayloadTooLarge"])
      }
    }).pipe(Effect.provide(serve()))
  )
})
