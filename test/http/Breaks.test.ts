/** Breaks, as a client sees them. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { call, open, serve } from "./harness.ts"
import { MINUTE, patch, room, three, view } from "./many.ts"

describe("breaks", () => {
  it.effect("follow after so many turns, with the next driver named already, and a full turn follows them", () =>
    Effect.gen(function* () {
      const { press, stream, view } = yield* room({
        timerDuration: MINUTE,
        breaks: { every: 2, duration: 30_000 }
      })
      yield* press("CODE/timer/start", 2)
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* stream.next(3), ["remaining-time 0", "room", "timer stop"])
      assert.deepInclude(yield* view, { breakIn: 1, period: "turn" })
      yield* press("CODE/timer/start", 2)
      yield* TestClock.adjust("1 minute")
      // Old clients show the length of a turn after a finish, so they are told of another one.
      assert.deepStrictEqual(yield* stream.next(4), ["remaining-time 0", "room", "timer stop", "remaining-time 30000"])
      assert.deepInclude(yield* view, {
        period: "break",
        periodDuration: 30_000,
        remainingTime: 30_000,
        running: false,
        driver: "cleo",
        turn: 3,
        breakIn: 2,
        finishedAt: 2 * MINUTE
      })
      yield* press("CODE/timer/start", 2)
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual(yield* stream.next(3), ["remaining-time 0", "room", "timer stop"])
      assert.deepInclude(yield* view, {
        period: "turn",
        periodDuration: MINUTE,
        driver: "cleo",
        turn: 3,
        finishedAt: 150_000
      })
      // A swap within 5 s after the finish of a break is ignored, too.
      yield* patch(`pair-room/${(yield* view).accessCode}/pair-swap`)
      assert.strictEqual((yield* view).driver, "cleo")
    }).pipe(Effect.provide(serve()))
  )

  it.effect("in the middle of a turn let it wait, and it comes back with what was left", () =>
    Effect.gen(function* () {
      const { press, stream, view } = yield* room()
      yield* press("CODE/timer/start", 2)
      yield* TestClock.adjust("4 minutes")
      assert.deepStrictEqual(yield* press("CODE/timer/break", 3, { duration: MINUTE }), [
        "room",
        "remaining-time 60000",
        "timer start"
      ])
      assert.deepInclude(yield* view, { period: "break", running: true, driver: "ann", turn: 1 })
      // A new length of turns leaves the break alone, and its remaining time is not used.
      yield* press("CODE/timer", 3, { duration: 5 * MINUTE, remainingTime: 1_000 })
      assert.deepInclude(yield* view, { periodDuration: MINUTE, remainingTime: MINUTE, duration: 5 * MINUTE })
      // Begun anew, the turn waits on.
      yield* press("CODE/timer/break", 3, {})
      assert.deepInclude(yield* view, { periodDuration: 5 * MINUTE })
      yield* TestClock.adjust("5 minutes")
      assert.deepStrictEqual(yield* stream.next(4), ["remaining-time 0", "room", "timer stop", "remaining-time 360000"])
      assert.deepInclude(yield* view, {
        period: "turn",
        remainingTime: 6 * MINUTE,
        periodDuration: 10 * MINUTE,
        running: false,
        turn: 1,
        driver: "ann"
      })
    }).pipe(Effect.provide(serve()))
  )

  it.effect("end by a hand-over, without a finish, running where they ran; a reset gives their length", () =>
    Effect.gen(function* () {
      const { press, view } = yield* room({ breaks: { every: 3, duration: 2 * MINUTE } })
      yield* press("CODE/timer/break", 3)
      yield* press("CODE/timer/extend", 3, { time: MINUTE })
      assert.deepStrictEqual(yield* press("CODE/timer/reset", 3), ["room", "remaining-time 120000", "timer pause"])
      assert.deepInclude(yield* view, { period: "break", periodDuration: 2 * MINUTE, running: false })
      yield* press("CODE/timer/start", 2)
      yield* press("CODE/timer/next", 3)
      assert.deepInclude(yield* view, {
        period: "turn",
        running: true,
        driver: "ann",
        turn: 1,
        finishedAt: null,
        remainingTime: 10 * MINUTE
      })
    }).pipe(Effect.provide(serve()))
  )

  /** How long nothing ran, and in how many turns a break follows after that. */
  const idleTimes = [
    ["1799999 millis", 1],
    ["30 minutes", 2]
  ] as const

  it.effect("are counted anew after 30 minutes in which nothing ran", () =>
    Effect.gen(function* () {
      const code = yield* open({ ...three, timerDuration: MINUTE, breaks: { every: 2, duration: MINUTE } })
      for (const [idle, breakIn] of idleTimes) {
        yield* call("PATCH", `/api/pair-room/${code}`, { body: { breaks: { every: 3, duration: MINUTE } } })
        yield* call("PATCH", `/api/pair-room/${code}`, { body: { breaks: { every: 2, duration: MINUTE } } })
        yield* patch(`${code}/timer/start`)
        yield* TestClock.adjust("1 minute")
        assert.strictEqual((yield* view(code)).breakIn, 1)
        yield* TestClock.adjust(idle)
        yield* patch(`${code}/timer/start`)
        assert.strictEqual((yield* view(code)).breakIn, breakIn)
        yield* patch(`${code}/timer/next`)
        yield* patch(`${code}/timer/reset`)
      }
    }).pipe(Effect.provide(serve()))
  )

  it.effect("are counted anew by a turn of `mob` after 30 minutes in which nothing ran", () =>
    Effect.gen(function* () {
      for (const [idle, breakIn] of idleTimes) {
        const code = yield* open({ ...three, timerDuration: MINUTE, breaks: { every: 2, duration: MINUTE } })
        yield* patch(`${code}/timer/start`)
        yield* TestClock.adjust("30 seconds")
        yield* patch(`${code}/timer/stop`)
        yield* TestClock.adjust(idle)
        assert.strictEqual((yield* call("PUT", `/room/${code}`, { body: { timer: 1, user: "bo" } })).status, 202)
        assert.deepInclude(yield* view(code), { driver: "bo", breakIn })
      }
    }).pipe(Effect.provide(serve()))
  )
})
