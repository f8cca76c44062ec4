/** Taking a command back, as a client sees it. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { call, serve, watch } from "./harness.ts"
import { MINUTE, patch, refusal, room, turnsOf } from "./many.ts"

describe("an undo", () => {
  it.effect("gives back what was, the deadline included, for 30 s", () =>
    Effect.gen(function* () {
      const { code, press, view } = yield* room()
      yield* press("CODE/timer/start", 2)
      yield* TestClock.adjust("1 minute")
      yield* press("CODE/timer/reset?by=bo", 3)
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual(yield* press("CODE/undo?by=ann", 3), ["room", "remaining-time 510000", "timer start"])
      assert.deepInclude(yield* view, {
        running: true,
        endsAt: 10 * MINUTE,
        lastChange: { kind: "undo", by: "ann", at: 90_000, undoUntil: null }
      })
      const again = yield* patch(`${code}/undo`)
      assert.deepStrictEqual(refusal(again), [409, "NothingToUndo"])
      yield* press("CODE/timer/next", 3)
      yield* TestClock.adjust("30001 millis")
      assert.deepStrictEqual(refusal(yield* patch(`${code}/undo`)), [409, "NothingToUndo"])
    }).pipe(Effect.provide(serve()))
  )

  it.effect("of something after whose deadline it comes makes the finish at once", () =>
    Effect.gen(function* () {
      const { press, stream, view } = yield* room({ timerDuration: 5_000 })
      yield* press("CODE/timer/start", 2)
      yield* TestClock.adjust("4 seconds")
      yield* press("CODE/timer/reset", 3)
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(yield* press("CODE/undo", 3), ["room", "remaining-time 1", "timer start"])
      assert.deepStrictEqual(yield* stream.next(3), ["remaining-time 0", "room", "timer stop"])
      const { accessCode, ...now } = yield* view
      assert.deepInclude(now, { turn: 2, finishedAt: 14_000, driver: "bo" })
      const { turns } = yield* turnsOf(accessCode)
      assert.deepInclude(turns[0], { drove: 5_000, ended: "finish", endedAt: 14_000 })
    }).pipe(Effect.provide(serve()))
  )

  it.effect("opens a completed room again, and a completed room has nothing else to undo", () =>
    Effect.gen(function* () {
      const { code, view } = yield* room()
      yield* call("PATCH", `/api/pair-room/${code}/status`, { body: { status: "COMPLETED" } })
      assert.deepInclude(yield* view, { status: "COMPLETED", breakIn: null })
      assert.strictEqual((yield* patch(`${code}/undo`)).status, 204)
      assert.deepInclude(yield* view, { status: "IN_PROGRESS" })
      const stream = yield* watch(`/api/${code}/connect`)
      assert.deepStrictEqual(yield* stream.next(3), ["connect", "room", "remaining-time 600000"])
      yield* call("PATCH", `/api/pair-room/${code}/status`, { body: { status: "COMPLETED" } })
      yield* TestClock.adjust("31 seconds")
      assert.deepStrictEqual(refusal(yield* patch(`${code}/undo`)), [409, "NothingToUndo"])
    }).pipe(Effect.provide(serve()))
  )

  it.effect("that is refused says why, and what to do instead", () =>
    Effect.gen(function* () {
      const { code, press } = yield* room({ timerDuration: 5_000 })
      const why = Effect.map(patch(`${code}/undo`), ({ status, text }) => [status, JSON.parse(text).message])
      assert.deepStrictEqual(yield* why, [409, "lastChange: the room is new, and there is nothing to undo"])
      yield* press("CODE/timer/start", 2)
      assert.deepStrictEqual(yield* why, [409, "lastChange: a start cannot be undone; pause the timer instead"])
      yield* press("CODE/timer/stop", 2)
      assert.deepStrictEqual(yield* why, [409, "lastChange: a pause cannot be undone; start the timer instead"])
      yield* press("CODE/timer/extend", 3, { time: 1_000 })
      yield* press("CODE/undo", 3)
      assert.deepStrictEqual(yield* why, [409, "lastChange: an undo cannot be undone"])
      yield* press("CODE/timer/next", 3)
      yield* TestClock.adjust("31 seconds")
      assert.deepStrictEqual(yield* why, [
        409,
        "lastChange: a change can be undone for 30 seconds, and the last one is older"
      ])
      yield* press("CODE/timer/start", 2)
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(yield* why, [
        409,
        "lastChange: the end of a turn or a break cannot be undone; extend it instead, and it goes on"
      ])
      yield* press("CODE/timer/ack", 1)
      assert.deepStrictEqual(yield* why, [409, "lastChange: the end of an alarm cannot be undone"])
    }).pipe(Effect.provide(serve()))
  )
})
