/** Turns, as a client sees them: hand-overs, more time, and turns that start by themselves. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { call, open, serve } from "./harness.ts"
import { MINUTE, patch, refusal, room, three, turnsOf, view } from "./many.ts"

describe("a hand-over", () => {
  it.effect("gives the next one a full turn, and a running timer runs on", () =>
    Effect.gen(function* () {
      const { code, press, view } = yield* room()
      yield* press("CODE/timer/start", 2)
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* press("CODE/timer/next?by=bo", 3), [
        "room",
        "remaining-time 600000",
        "timer update"
      ])
      assert.deepInclude(yield* view, {
        driver: "bo",
        navigator: "cleo",
        turn: 2,
        running: true,
        endsAt: 11 * MINUTE,
        lastChange: { kind: "next", by: "bo", at: MINUTE, undoUntil: MINUTE + 30_000 }
      })
      const { turns } = yield* turnsOf(code)
      assert.deepStrictEqual(turns, [
        { turn: 1, driver: "ann", navigator: "bo", startedAt: 0, endedAt: MINUTE, drove: MINUTE, ended: "next" }
      ])
    }).pipe(Effect.provide(serve()))
  )

  it.effect("before a turn has run names the next one, and leaves the time and the turn", () =>
    Effect.gen(function* () {
      const { press, view } = yield* room({ timerRemainingTime: 5_000 })
      yield* press("CODE/timer/next", 3)
      assert.deepInclude(yield* view, { driver: "bo", turn: 1, remainingTime: 5_000, running: false })
    }).pipe(Effect.provide(serve()))
  )
})

describe("more time", () => {
  it.effect("lengthens the present period, running or not, and leaves the length of turns", () =>
    Effect.gen(function* () {
      const { press, view } = yield* room()
      assert.deepStrictEqual(yield* press("CODE/timer/extend", 3, { time: MINUTE }), [
        "room",
        "remaining-time 660000",
        "timer update"
      ])
      yield* press("CODE/timer/start", 2)
      yield* press("CODE/timer/extend", 3, { time: MINUTE })
      assert.deepInclude(yield* view, { duration: 10 * MINUTE, periodDuration: 12 * MINUTE, endsAt: 12 * MINUTE })
      yield* press("CODE/timer/reset", 3)
      assert.deepInclude(yield* view, { periodDuration: 10 * MINUTE, remainingTime: 10 * MINUTE })
    }).pipe(Effect.provide(serve()))
  )

  it.effect("after a finish takes it back, also when it was acknowledged: the same driver drives on", () =>
    Effect.gen(function* () {
      for (const acknowledged of [false, true]) {
        const { code, press, stream, view } = yield* room({ breaks: { every: 5, duration: MINUTE } })
        yield* press("CODE/timer/start", 2)
        yield* TestClock.adjust("10 minutes")
        assert.deepStrictEqual(yield* stream.next(3), ["remaining-time 0", "room", "timer stop"])
        assert.deepInclude(yield* view, { driver: "bo", turn: 2, breakIn: 4 })
        if (acknowledged) assert.deepStrictEqual(yield* press("CODE/timer/ack", 1), ["room"])
        assert.deepStrictEqual(yield* press("CODE/timer/extend", 3, { time: 2 * MINUTE }), [
          "room",
          "remaining-time 120000",
          "timer start"
        ])
        assert.deepInclude(yield* view, {
          driver: "ann",
          turn: 1,
          breakIn: 5,
          finishedAt: null,
          periodDuration: 12 * MINUTE,
          remainingTime: 2 * MINUTE,
          running: true
        })
        assert.deepStrictEqual((yield* turnsOf(code)).turns, [])
        yield* TestClock.adjust("2 minutes")
        const [, turn] = [yield* stream.next(3), (yield* turnsOf(code)).turns[0]]
        assert.deepInclude(turn, { driver: "ann", drove: 12 * MINUTE, ended: "finish" })
      }
    }).pipe(Effect.provide(serve()))
  )

  it.effect("has its bounds", () =>
    Effect.gen(function* () {
      const { code } = yield* room()
      for (const time of [999, 3_600_001, 1.5, "1000", null]) {
        const answer = yield* patch(`${code}/timer/extend`, { time })
        assert.deepStrictEqual(refusal(answer), [400, "BadRequest"])
        assert.match(answer.json.message, /^time: .*1000.*3600000/)
      }
      yield* patch(`${code}/timer`, { duration: 86_400_000 })
      yield* call("PATCH", `/api/pair-room/${code}/status`, { body: { status: "COMPLETED" } })
      const tooLong = yield* patch(`${code}/timer/extend`, { time: 1_000 })
      assert.deepStrictEqual(refusal(tooLong), [400, "BadRequest"])
      assert.match(tooLong.json.message, /^time: .*86400000/)
    }).pipe(Effect.provide(serve()))
  )
})

describe("turns that start by themselves", () => {
  it.effect("do so after the time that is set, and everyone sees what a start shows", () =>
    Effect.gen(function* () {
      const { press, stream, view } = yield* room({ timerDuration: MINUTE, autoStart: { after: 5_000 } })
      yield* press("CODE/timer/start", 2)
      yield* TestClock.adjust("1 minute")
      yield* stream.next(3)
      assert.deepInclude(yield* view, { startsAt: 65_000, running: false })
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(yield* stream.next(2), ["room", "timer start"])
      assert.deepInclude(yield* view, {
        running: true,
        startsAt: null,
        endsAt: 125_000,
        acknowledgedAt: 65_000,
        lastChange: { kind: "start", by: null, at: 65_000, undoUntil: null }
      })
    }).pipe(Effect.provide(serve()))
  )

  it.effect("with no wait are a finish and a start in two frames, in one room that nobody watches too", () =>
    Effect.gen(function* () {
      const { press, stream } = yield* room({ timerDuration: MINUTE, autoStart: { after: 0 } })
      yield* press("CODE/timer/start", 2)
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* stream.next(5), ["remaining-time 0", "room", "timer stop", "room", "timer start"])
      const alone = yield* open({ ...three, timerDuration: MINUTE, autoStart: { after: 0 } })
      yield* patch(`${alone}/timer/start`)
      yield* TestClock.adjust("3 hours")
      assert.deepInclude(yield* view(alone), { turn: 181, running: true, driver: "ann" })
      yield* TestClock.adjust("90 minutes")
      // The one that was pressed, and 240 by themselves.
      assert.deepInclude(yield* view(alone), { turn: 242, running: false, startsAt: null })
    }).pipe(Effect.provide(serve()))
  )

  it.effect("wait after a stop, and start at once by a start", () =>
    Effect.gen(function* () {
      const { code, press, stream, view } = yield* room({ timerDuration: MINUTE, autoStart: { after: 5_000 } })
      yield* press("CODE/timer/start", 2)
      yield* TestClock.adjust("1 minute")
      yield* stream.next(3)
      assert.deepStrictEqual(yield* press("CODE/timer/stop", 2), ["room", "timer pause"])
      assert.strictEqual((yield* view).startsAt, null)
      yield* press("CODE/timer/start", 2)
      yield* TestClock.adjust("1 minute")
      yield* stream.next(3)
      yield* press(`pair-room/CODE`, 1, { autoStart: null })
      assert.deepInclude(yield* view, { startsAt: null, autoStart: null })
      assert.strictEqual((yield* patch(`${code}/timer/stop`)).status, 204)
      assert.deepStrictEqual(yield* press("CODE/timer/start", 2), ["room", "timer start"])
    }).pipe(Effect.provide(serve()))
  )
})
