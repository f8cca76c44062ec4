import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import {
  DURATION_MAX,
  DURATION_MIN,
  isRunning,
  nextWholeSecond,
  paused,
  remainingAt,
  running,
  wholeSecond
} from "../../src/domain/Timer.ts"
import { between, CREATED } from "./arbitraries.ts"

const duration = between(DURATION_MIN, DURATION_MAX)
const remaining = between(1, DURATION_MAX)
const offset = between(-2 * DURATION_MAX, 2 * DURATION_MAX)

describe("Timer", () => {
  it.prop(
    "a running timer has what lies between now and its end, and never leaves 0 to the duration",
    {
      duration,
      offset
    },
    ({ duration, offset }) => {
      const left = remainingAt(running(CREATED + offset), duration, CREATED)
      assert.strictEqual(left, offset < 0 ? 0 : offset > duration ? duration : offset)
    }
  )

  it.prop("a paused timer keeps what is left, whatever the clock says", { remaining, now: Schema.Int }, (given) => {
    assert.strictEqual(remainingAt(paused(given.remaining), DURATION_MAX, given.now), given.remaining)
  })

  it("nothing is left at the end itself and after it, and something a millisecond before", () => {
    const left = [-1, 0, 1].map((late) => remainingAt(running(CREATED), DURATION_MAX, CREATED + late))
    assert.deepStrictEqual(left, [1, 0, 0])
  })

  it("a paused timer does not run", () => {
    assert.isFalse(isRunning(paused(1)))
    assert.isTrue(isRunning(running(CREATED)))
  })

  it("the whole second shown is the one that was reached or crossed last", () => {
    const shown = [600_000, 599_999, 599_001, 599_000, 597_600, 1_000, 999, 1].map(wholeSecond)
    assert.deepStrictEqual(shown, [600_000, 600_000, 600_000, 599_000, 598_000, 1_000, 1_000, 1_000])
  })

  it("the next whole second is the one that is crossed next", () => {
    const next = [600_000, 599_999, 599_001, 599_000, 597_600, 1_001, 1_000, 999, 1].map(nextWholeSecond)
    assert.deepStrictEqual(next, [599_000, 599_000, 599_000, 598_000, 597_000, 1_000, 0, 0, 0])
  })

  it.prop("the next whole second lies below what is left, by a second at the most", { remaining }, ({ remaining }) => {
    const next = nextWholeSecond(remaining)
    assert.strictEqual(next % 1_000, 0)
    assert.isBelow(next, remaining)
    assert.isAtLeast(next, remaining - 1_000)
  })
})
