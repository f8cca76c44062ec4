import { assert, describe, it } from "@effect/vitest"
import { DURATION_MAX, DURATION_MIN } from "../../src/domain/Timer.ts"
import { COMMON_MINUTES, durationIn, MINUTES_MAX, MINUTES_MIN, minutesOf, mayBeLonger } from "../../src/web/duration.ts"

describe("the length of a turn", () => {
  it("is taken as people type minutes", () => {
    for (const [typed, millis] of [
      ["10", 600_000],
      [" 7 ", 420_000],
      ["0.5", 30_000],
      ["0,5", 30_000],
      [".5", 30_000],
      ["1440", DURATION_MAX]
    ] as const) {
      assert.strictEqual(durationIn(typed), millis, typed)
    }
  })

  it("is refused where no turn is so long, or it is no number", () => {
    for (const typed of ["", " ", "0", "0.01", "1440.1", "-5", "1e3", "ten", "5 min", "Infinity", "1.2.3", "."]) {
      assert.isUndefined(durationIn(typed), typed)
    }
  })

  it("has limits that can be typed themselves", () => {
    assert.isAtLeast(durationIn(MINUTES_MIN) ?? 0, DURATION_MIN)
    assert.strictEqual(durationIn(String(MINUTES_MAX)), DURATION_MAX)
  })

  it("is written as it is typed", () => {
    for (const minutes of COMMON_MINUTES) assert.strictEqual(minutesOf(minutes * 60_000), String(minutes))
    assert.strictEqual(minutesOf(30_000), "0.5")
  })

  it("grows where a minute more goes past it", () => {
    assert.isTrue(mayBeLonger(600_000) && mayBeLonger(DURATION_MAX - 60_000))
    assert.isFalse(mayBeLonger(DURATION_MAX - 59_999))
  })
})
