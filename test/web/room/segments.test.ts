import { assert, describe, it } from "@effect/vitest"
import type { TurnView } from "../../../src/domain/TurnLog.ts"
import { segmentsOf } from "../../../src/web/room/segments.ts"

const turn = (driver: string, startedAt: number, endedAt: number): TurnView => ({
  turn: 1,
  driver,
  navigator: "x",
  startedAt,
  endedAt,
  drove: endedAt - startedAt,
  ended: "finish"
})

describe("the strip of turns", () => {
  it("has a segment for each turn, and one for each longer time between two", () => {
    const turns = [turn("a", 0, 600_000), turn("b", 610_000, 1_200_000), turn("a", 1_500_000, 2_000_000)]
    assert.deepStrictEqual(segmentsOf({ turns }), [
      { driver: "a", from: 0, to: 600_000 },
      { driver: "b", from: 610_000, to: 1_200_000 },
      { driver: undefined, from: 1_200_000, to: 1_500_000 },
      { driver: "a", from: 1_500_000, to: 2_000_000 }
    ])
  })

  it("is empty before the first turn has ended", () => {
    assert.deepStrictEqual(segmentsOf({ turns: [] }), [])
  })
})
