import { assert, describe, it } from "@effect/vitest"
import { marksOfDial, pointsAt } from "../../../src/web/room/dial.ts"

const count = (path: string) => path.split("M").length - 1

describe("the marks of the dial", () => {
  it("are a cut for each minute, with ticks of 15 seconds between them", () => {
    const { cuts, large, small } = marksOfDial(600)
    assert.deepStrictEqual([count(cuts), count(large), count(small)], [10, 10, 30])
  })

  it("are a cut for each five minutes from an hour on, and one for each second of a few", () => {
    assert.strictEqual(count(marksOfDial(7_200).cuts), 24)
    assert.strictEqual(count(marksOfDial(3_600).cuts), 60)
    assert.deepStrictEqual([count(marksOfDial(10).cuts), count(marksOfDial(10).small)], [10, 0])
  })

  it("are never too many, and none for nothing", () => {
    for (const full of [0, 1, 59, 90, 3_601, 86_400]) {
      const { cuts, small } = marksOfDial(full)
      assert.isAtMost(count(cuts) + count(small), 400, String(full))
    }
    assert.strictEqual(marksOfDial(0).cuts, "")
  })

  it("begin at the top and go on to the right", () => {
    assert.strictEqual(pointsAt(0, [10, 20]), "M0.0 -10.0L0.0 -20.0")
    assert.strictEqual(pointsAt(0.25, [10, 20]), "M10.0 -0.0L20.0 -0.0")
  })
})
