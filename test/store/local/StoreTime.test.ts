import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Logger, Ref } from "effect"
import * as StoreTime from "../../../src/store/local/StoreTime.ts"
import { jumpingClock } from "../../rooms/harness.ts"

/** Gives a clock, the time of a store on it, and what was logged. */
const make = Effect.gen(function* () {
  const clock = yield* jumpingClock
  const logged = yield* Ref.make<ReadonlyArray<string>>([])
  const logger = Logger.make(({ message }) => {
    Effect.runSync(Ref.update(logged, (lines) => [...lines, String(message)]))
  })
  yield* clock.jump(1_000_000)
  const time = yield* StoreTime.make
  const now = time.pipe(Effect.provideService(Clock.Clock, clock.clock), Effect.provide(Logger.layer([logger])))
  return { clock, now, logged: Ref.get(logged) }
})

describe("StoreTime", () => {
  it.effect("is that of the machine's clock", () =>
    Effect.gen(function* () {
      const { clock, now } = yield* make
      assert.strictEqual(yield* now, 1_000_000)
      yield* clock.jump(1_234)
      assert.strictEqual(yield* now, 1_001_234)
    })
  )

  it.effect("goes on where the clock is set back, as if nothing had happened, and says nothing", () =>
    Effect.gen(function* () {
      const { clock, logged, now } = yield* make
      yield* now
      yield* clock.step(-500_000)
      yield* clock.jump(10)
      assert.strictEqual(yield* now, 1_000_010)
      yield* clock.step(499_999)
      yield* clock.jump(10)
      assert.strictEqual(yield* now, 1_000_020)
      assert.deepStrictEqual(yield* logged, [])
    })
  )

  it.effect("follows a clock that is set forward, and says so once where it is more than a second", () =>
    Effect.gen(function* () {
      const { clock, logged, now } = yield* make
      yield* now
      yield* clock.step(1_000)
      assert.strictEqual(yield* now, 1_001_000)
      assert.deepStrictEqual(yield* logged, [])
      yield* clock.step(3_600_000)
      assert.strictEqual(yield* now, 4_601_000)
      assert.strictEqual(yield* now, 4_601_000)
      assert.deepStrictEqual(yield* logged, [
        "the machine's clock went forward by 3600 s, and the time in the rooms follows it"
      ])
    })
  )
})
