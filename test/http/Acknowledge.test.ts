/** What ends an alarm, as a client sees it. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { serve, watch } from "./harness.ts"
import { MINUTE, patch, room } from "./many.ts"

describe("an acknowledgement", () => {
  it.effect("ends the alarm for those who come back, and there may be nothing to acknowledge", () =>
    Effect.gen(function* () {
      const { code, press, stream, view } = yield* room({ timerDuration: MINUTE })
      assert.strictEqual((yield* patch(`${code}/timer/ack`)).status, 204)
      yield* press("CODE/timer/start", 2)
      yield* TestClock.adjust("1 minute")
      yield* stream.next(3)
      assert.strictEqual((yield* view).acknowledgedAt, null)
      const missed = yield* watch(`/api/${code}/connect`, { "last-event-id": "old" })
      assert.deepStrictEqual(yield* missed.next(5), [
        "connect",
        "room",
        "remaining-time 60000",
        "timer stop",
        "timer pause"
      ])
      yield* stream.next(1)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* press("CODE/timer/ack?by=cleo", 1), ["room"])
      assert.deepInclude(yield* view, {
        acknowledgedAt: MINUTE + 1_000,
        lastChange: { kind: "ack", by: "cleo", at: MINUTE + 1_000, undoUntil: null }
      })
      const late = yield* watch(`/api/${code}/connect`, { "last-event-id": "old" })
      assert.deepStrictEqual(yield* late.next(4), ["connect", "room", "remaining-time 60000", "timer pause"])
    }).pipe(Effect.provide(serve()))
  )
})
