import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { lineOf } from "../../../src/http/room/Line.ts"
import { openRoom, rooms } from "./rooms.ts"

describe("lineOf", () => {
  it.effect("tells of a turn: not started, running, paused, up, and what follows when somebody has noticed", () =>
    Effect.gen(function* () {
      const { code, rooms, seen } = yield* openRoom()
      const line = Effect.map(seen, lineOf)
      assert.strictEqual(yield* line, "15:00, not started · ann drives, bo next · turn 1")
      yield* rooms.start(code)
      yield* TestClock.adjust("27500 millis")
      assert.strictEqual(yield* line, "14:33 left · ann drives, bo next · turn 1")
      yield* rooms.pause(code)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* line, "14:33 left, paused · ann drives, bo next · turn 1")
      yield* rooms.start(code)
      yield* TestClock.adjust("872500 millis")
      assert.strictEqual(yield* line, "time is up, overtime 0:00 · bo drives next · turn 2")
      yield* TestClock.adjust("4042 seconds")
      assert.strictEqual(yield* line, "time is up, overtime 1:07:22 · bo drives next · turn 2")
      yield* rooms.acknowledge(code)
      assert.strictEqual(yield* line, "15:00, not started · bo drives, cleo next · turn 2")
      yield* rooms.complete(code)
      assert.strictEqual(yield* line, "completed · turn 2")
    }).pipe(Effect.provide(rooms))
  )

  it.effect("tells of a break: due, running, paused, not started, and over", () =>
    Effect.gen(function* () {
      const { code, rooms, seen } = yield* openRoom({ breaks: { every: 1, duration: 300_000 } })
      const line = Effect.map(seen, lineOf)
      yield* rooms.start(code)
      yield* TestClock.adjust("15 minutes")
      assert.strictEqual(yield* line, "time is up, overtime 0:00 · break next, then bo drives · turn 2")
      yield* rooms.start(code)
      yield* TestClock.adjust("50 seconds")
      assert.strictEqual(yield* line, "break: 4:10 left · bo drives next · turn 2")
      yield* rooms.pause(code)
      assert.strictEqual(yield* line, "break: 4:10 left, paused · bo drives next · turn 2")
      yield* rooms.reset(code)
      assert.strictEqual(yield* line, "break: 5:00, not started · bo drives next · turn 2")
      yield* rooms.start(code)
      yield* TestClock.adjust("301 seconds")
      assert.strictEqual(yield* line, "time is up, overtime 0:01 · bo drives next · turn 2")
    }).pipe(Effect.provide(rooms))
  )

  it.effect("tells when a turn or a break starts by itself", () =>
    Effect.gen(function* () {
      const { code, rooms, seen } = yield* openRoom({
        autoStart: { after: 90_000 },
        breaks: { every: 2, duration: 300_000 }
      })
      const line = Effect.map(seen, lineOf)
      yield* rooms.start(code)
      yield* TestClock.adjust("900400 millis")
      assert.strictEqual(yield* line, "starts by itself in 1:30 · bo drives, cleo next · turn 2")
      yield* TestClock.adjust("90 seconds")
      assert.strictEqual(yield* line, "15:00 left · bo drives, cleo next · turn 2")
      yield* TestClock.adjust("15 minutes")
      assert.strictEqual(yield* line, "break: starts by itself in 1:30 · cleo drives next · turn 3")
    }).pipe(Effect.provide(rooms))
  )
})
