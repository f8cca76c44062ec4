import { assert, describe, it } from "@effect/vitest"
import {
  LAST_SECONDS,
  marksOf,
  passed,
  phaseOf,
  stateOf,
  timeText,
  untilSecondSince,
  wholeSeconds
} from "../../../src/web/room/phase.ts"

const room = { status: "IN_PROGRESS", running: false, periodDuration: 600_000, remainingTime: 600_000 } as const

describe("the time on the screen", () => {
  it("shows a second until it is over", () => {
    assert.deepStrictEqual(
      [600_000, 599_999, 599_001, 599_000, 1, 0, -5].map((left) => timeText(wholeSeconds(left))),
      ["10:00", "10:00", "10:00", "9:59", "0:01", "0:00", "0:00"]
    )
    assert.deepStrictEqual([3_600, 3_599, 86_400].map(timeText), ["1:00:00", "59:59", "24:00:00"])
  })

  it("waits until a whole number of seconds has gone by since the finish, or is left until the next start", () => {
    assert.deepStrictEqual(
      [20_345, 20_346, 21_344, 21_345, 20_344, 19_345, 19_344].map((now) => untilSecondSince(20_345, now)),
      [1_000, 999, 1, 1_000, 1, 1_000, 1]
    )
  })
})

describe("the phase of a room", () => {
  it("follows from the room, what is left, and whether the time is up", () => {
    assert.strictEqual(phaseOf(room, 600, false), "idle")
    assert.strictEqual(phaseOf({ ...room, remainingTime: 599_999 }, 600, false), "paused")
    assert.strictEqual(phaseOf({ ...room, running: true }, LAST_SECONDS + 1, false), "running")
    assert.strictEqual(phaseOf({ ...room, running: true }, LAST_SECONDS, false), "last")
    assert.strictEqual(phaseOf(room, 600, true), "up")
    assert.strictEqual(phaseOf({ ...room, status: "COMPLETED" }, 600, true), "completed")
  })

  it("is shown as a break until that is over", () => {
    for (const phase of ["idle", "running", "paused", "last"] as const) {
      assert.strictEqual(stateOf(phase, "break"), "break")
      assert.strictEqual(stateOf(phase, "turn"), phase)
    }
    assert.strictEqual(stateOf("up", "break"), "up")
    assert.strictEqual(stateOf("completed", "break"), "completed")
  })
})

describe("the marks of a turn", () => {
  it("are its half, five minutes, one minute and ten seconds, as far as it is longer", () => {
    assert.deepStrictEqual(marksOf(1_500), [750, 300, 60, 10])
    assert.deepStrictEqual(marksOf(60), [30, 10])
    assert.deepStrictEqual(marksOf(8), [])
  })

  it("are passed once, also by a look that comes late", () => {
    assert.isTrue(passed(300, 301, 300))
    assert.isTrue(passed(300, 400, 200))
    assert.isFalse(passed(300, 300, 299))
    assert.isFalse(passed(300, 200, 400))
  })
})
