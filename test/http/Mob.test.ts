/** The requests of the command `mob`. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { call, open, serve, watch } from "./harness.ts"
import { MINUTE, refusal, three, view } from "./many.ts"

const put = (code: string, body: unknown, path = "") => call("PUT", `/room/${code}${path}`, { body })

describe("mob timer", () => {
  it.effect("starts a full turn of whoever asks, who is added where missing, as one change that can be undone", () =>
    Effect.gen(function* () {
      const code = yield* open(three)
      const stream = yield* watch(`/api/${code}/connect?ticks=off`)
      yield* stream.next(3)
      const answer = yield* put(code, { timer: 10, user: "dan" })
      assert.deepStrictEqual([answer.status, answer.text], [202, ""])
      assert.deepStrictEqual(yield* stream.next(3), ["room", "remaining-time 600000", "timer start"])
      assert.deepInclude(yield* view(code), {
        driver: "dan",
        navigator: "ann",
        duration: 10 * MINUTE,
        running: true,
        turn: 1,
        lastChange: { kind: "next", by: "dan", at: 0, undoUntil: 30_000 }
      })
      yield* TestClock.adjust("10 seconds")
      yield* put(code, { timer: 5, user: "bo" })
      assert.deepInclude(yield* view(code), { driver: "bo", duration: 5 * MINUTE, turn: 2, remainingTime: 5 * MINUTE })
      assert.strictEqual((yield* call("PATCH", `/api/${code}/undo`)).status, 204)
      assert.deepInclude(yield* view(code), { driver: "dan", turn: 1, remainingTime: 590_000, running: true })
    }).pipe(Effect.provide(serve()))
  )

  it.effect("ends a break and the turn that waits behind it, and counts that one", () =>
    Effect.gen(function* () {
      const code = yield* open(three)
      yield* call("PATCH", `/api/${code}/timer/start`)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* put(code, { breaktimer: 3, user: "bo" })).status, 202)
      assert.deepInclude(yield* view(code), { period: "break", remainingTime: 3 * MINUTE, running: true })
      assert.deepInclude((yield* view(code)).lastChange, { kind: "break", by: "bo" })
      yield* put(code, { timer: 2, user: "cleo" })
      assert.deepInclude(yield* view(code), { period: "turn", driver: "cleo", turn: 2, remainingTime: 2 * MINUTE })
      const { turns } = (yield* call("GET", `/api/pair-room/${code}/turns`)).json
      assert.deepInclude(turns[0], { driver: "ann", drove: MINUTE, ended: "next" })
    }).pipe(Effect.provide(serve()))
  )

  it.effect("takes the user's name as far as it can be one, and the driver stays where it cannot", () =>
    Effect.gen(function* () {
      const code = yield* open(three)
      yield* put(code, { timer: 1, user: `${"한".repeat(25)}` })
      assert.strictEqual((yield* view(code)).driver, "한".repeat(20))
      for (const user of ["", " \n", "..", null, undefined]) {
        assert.strictEqual((yield* put(code, { timer: 1, user })).status, 202)
        assert.deepInclude(yield* view(code), { driver: "한".repeat(20) })
        assert.strictEqual((yield* view(code)).lastChange.by, null)
      }
      for (let index = 0; index < 16; index++) {
        yield* call("POST", `/api/pair-room/${code}/people`, { body: { name: `p${index}` } })
      }
      yield* put(code, { timer: 1, user: "one too many" })
      assert.deepInclude((yield* view(code)).lastChange, { by: "one too many" })
      assert.strictEqual((yield* view(code)).driver, "한".repeat(20))
    }).pipe(Effect.provide(serve()))
  )

  it.effect("is refused as everything is", () =>
    Effect.gen(function* () {
      const code = yield* open(three)
      for (const body of [
        {},
        { timer: null },
        { breaktimer: null },
        { timer: null, breaktimer: null },
        { timer: 1, breaktimer: 1 },
        { timer: 0 },
        { timer: 1_441 },
        { timer: 1.5 },
        { timer: "10" },
        { timer: 1, user: 5 }
      ]) {
        const answer = yield* put(code, body)
        assert.deepStrictEqual(refusal(answer), [400, "BadRequest"], JSON.stringify(body))
        assert.match(answer.json.message, /^(timer|breaktimer|user): /)
      }
      assert.deepStrictEqual(refusal(yield* put("NOBODY", { timer: 0 })), [404, "RoomNotFound"])
      assert.deepStrictEqual(
        refusal(yield* call("PUT", `/room/${code}`, { headers: { "content-type": "text/plain" }, body: "x" })),
        [415, "UnsupportedMediaType"]
      )
      yield* call("PATCH", `/api/pair-room/${code}/status`, { body: { status: "COMPLETED" } })
      assert.deepStrictEqual(refusal(yield* put(code, { timer: 1, user: "ann" })), [409, "RoomClosed"])
    }).pipe(Effect.provide(serve()))
  )
})

describe("mob goal", () => {
  it.effect("is set in one line, shown, and taken away", () =>
    Effect.gen(function* () {
      const code = yield* open(three)
      assert.deepStrictEqual([(yield* call("GET", `/room/${code}/goal`)).status], [204])
      const set = yield* put(code, { goal: ` one\ntwo ${"x".repeat(200)}`, user: "ann" }, "/goal")
      assert.deepStrictEqual([set.status, set.text], [202, ""])
      const { json, status } = yield* call("GET", `/room/${code}/goal`)
      assert.deepStrictEqual([status, json], [200, { goal: `one two ${"x".repeat(132)}` }])
      assert.deepInclude((yield* view(code)).lastChange, { kind: "settings", by: "ann" })
      assert.strictEqual((yield* call("DELETE", `/room/${code}/goal`, { body: { user: "bo" } })).status, 202)
      assert.deepInclude((yield* view(code)).lastChange, { kind: "settings", by: "bo" })
      assert.strictEqual((yield* call("GET", `/room/${code}/goal`)).status, 204)
      assert.strictEqual((yield* call("DELETE", `/room/${code}/goal`)).status, 202)
      assert.deepStrictEqual(refusal(yield* call("GET", "/room/NOBODY/goal")), [404, "RoomNotFound"])
      // Each is one character of 7 code points.
      yield* put(code, { goal: "👨‍👩‍👧‍👦".repeat(140), user: "👨‍👩‍👧‍👦".repeat(20) }, "/goal")
      assert.strictEqual((yield* call("GET", `/room/${code}/goal`)).json.goal, "👨‍👩‍👧‍👦".repeat(80))
      assert.strictEqual((yield* view(code)).lastChange.by, "👨‍👩‍👧‍👦".repeat(11))
    }).pipe(Effect.provide(serve()))
  )
})
