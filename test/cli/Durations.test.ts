import { assert, describe, it } from "@effect/vitest"
import { Option } from "effect"
import { EXTENSION, parse, WAIT } from "../../src/cli/Durations.ts"

const MINUTE = 60_000

describe("a length of time in a terminal", () => {
  it("is read as people type it", () => {
    const typed: ReadonlyArray<readonly [string, number]> = [
      ["25m", 25 * MINUTE],
      ["25", 25 * MINUTE],
      ["0.5", MINUTE / 2],
      ["90s", 90_000],
      ["1h30m", 90 * MINUTE],
      ["1h", 60 * MINUTE],
      ["2min", 2 * MINUTE],
      ["7:30", 7.5 * MINUTE],
      ["1:00:00", 60 * MINUTE],
      [" 5M ", 5 * MINUTE]
    ]
    for (const [text, millis] of typed) assert.deepStrictEqual(parse(text), Option.some(millis), text)
  })

  it("is nothing else", () => {
    for (const text of ["", "m", "25x", "-5m", "5m1h", "2WQYYFY8H7RFD", "7:60", "1e3", "five"]) {
      assert.deepStrictEqual(parse(text), Option.none(), text)
    }
  })

  it("is refused where something else may not be so long", () => {
    assert.deepStrictEqual(["1h", "2h", "0s"].map(EXTENSION.parse).map(Option.isSome), [true, false, false])
    assert.deepStrictEqual(["0s", "10m", "11m"].map(WAIT.parse).map(Option.isSome), [true, true, false])
  })
})
