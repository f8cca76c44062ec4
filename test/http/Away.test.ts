/** Somebody who is away, or has left, as a client sees it. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { call, open, serve, watch } from "./harness.ts"
import { MINUTE, people, three, view } from "./many.ts"

describe("somebody who goes away", () => {
  it.effect("while driving hands over, and is left out until back", () =>
    Effect.gen(function* () {
      const code = yield* open(three)
      const stream = yield* watch(`/api/${code}/connect?ticks=off`)
      yield* stream.next(3)
      yield* call("PATCH", `/api/${code}/timer/start`)
      yield* stream.next(2)
      yield* TestClock.adjust("10 seconds")
      yield* people("PATCH", code, "/ann", { away: true })
      assert.deepStrictEqual(yield* stream.next(3), ["room", "remaining-time 600000", "timer update"])
      assert.deepInclude(yield* view(code), { driver: "bo", navigator: "cleo", turn: 2, running: true })
      yield* people("PATCH", code, "/cleo", { away: true })
      assert.deepStrictEqual(yield* stream.next(1), ["room"])
      // Where everyone else is away, the next one in order navigates, and the driver stays.
      assert.deepInclude(yield* view(code), { driver: "bo", navigator: "cleo" })
      yield* people("PATCH", code, "/bo", { away: true })
      assert.deepInclude(yield* view(code), { driver: "bo", turn: 2 })
      yield* call("PATCH", `/api/${code}/timer/next`)
      assert.deepInclude(yield* view(code), { driver: "bo", turn: 3 })
      assert.deepInclude((yield* view(code)).people[1], { name: "bo", away: false })
      yield* people("POST", code, "", { name: "ann" })
      assert.deepInclude((yield* view(code)).people[0], { name: "ann", away: false })
      const { turns } = (yield* call("GET", `/api/pair-room/${code}/turns`)).json
      assert.deepInclude(turns[0], { driver: "ann", drove: 10_000, ended: "away" })
    }).pipe(Effect.provide(serve()))
  )

  it.effect("before the turn ran, or in a break, only names the next driver", () =>
    Effect.gen(function* () {
      const code = yield* open(three)
      yield* people("PATCH", code, "/ann", { away: true })
      assert.deepInclude(yield* view(code), { driver: "bo", turn: 1, remainingTime: 600_000 })
      yield* call("PATCH", `/api/${code}/timer/start`)
      yield* TestClock.adjust("1 minute")
      yield* call("PATCH", `/api/${code}/timer/break`, { body: { duration: MINUTE } })
      yield* people("DELETE", code, "/bo")
      assert.deepInclude(yield* view(code), { driver: "cleo", turn: 1, period: "break", running: true })
      yield* TestClock.adjust("1 minute")
      assert.deepInclude(yield* view(code), { driver: "cleo", period: "turn", remainingTime: 9 * MINUTE })
    }).pipe(Effect.provide(serve()))
  )

  it.effect("for good is in the totals, and whoever takes the name has driven that much", () =>
    Effect.gen(function* () {
      const code = yield* open(three)
      yield* call("PATCH", `/api/${code}/timer/start`)
      yield* TestClock.adjust("1 minute")
      yield* people("DELETE", code, "/ann")
      const totals = Effect.map(call("GET", `/api/pair-room/${code}/turns`), ({ json }) => json.totals)
      const gone = { name: "ann", turns: 1, drove: MINUTE }
      assert.deepInclude(yield* totals, gone)
      yield* people("PATCH", code, "/cleo", { name: "ann" })
      assert.deepStrictEqual(yield* totals, [{ name: "bo", turns: 0, drove: 0 }, gone])
    }).pipe(Effect.provide(serve()))
  )
})
