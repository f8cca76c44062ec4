import { assert, describe, it } from "@effect/vitest"
import { clockTime } from "../../../src/web/text/clock.ts"

describe("a time of day", () => {
  it.each([
    [0, 0, "00:00"],
    [9, 5, "09:05"],
    [12, 30, "12:30"],
    [20, 27, "20:27"]
  ])("has 24 hours and two digits for each part: %d h %d is %s", (hours, minutes, expected) => {
    assert.strictEqual(clockTime(new Date(2026, 0, 5, hours, minutes, 59, 999).getTime()), expected)
  })
})
