import { assert, describe, it } from "@effect/vitest"
import { dueAt, isDue, untilDue } from "../../src/domain/Settle.ts"
import { running } from "../../src/domain/Timer.ts"
import { room } from "../store/rooms.ts"

const standing = room("ROOM")
const runs = { ...standing, timer: running(5_000) }
const startsByItself = { ...standing, startsAt: 5_000 }

describe("what time alone does next", () => {
  it("is nothing while the timer stands", () => {
    assert.strictEqual(dueAt(standing), Infinity)
    assert.strictEqual(untilDue(standing, 1_000), Infinity)
    assert.isFalse(isDue(standing, Number.MAX_SAFE_INTEGER))
  })

  for (const [what, state] of Object.entries({
    "the finish of what runs": runs,
    "a start by itself": startsByItself
  })) {
    it(`is ${what}: at its time and not a millisecond before`, () => {
      assert.strictEqual(dueAt(state), 5_000)
      assert.deepStrictEqual(
        [2_000, 4_999, 5_000, 6_000].map((now) => [untilDue(state, now), isDue(state, now)]),
        [
          [3_000, false],
          [1, false],
          [0, true],
          [0, true]
        ]
      )
    })
  }

  it("is never further away than a whole period, though the clock was set back", () => {
    assert.strictEqual(untilDue(runs, -3_600_000), runs.periodDuration)
  })
})
