import { assert, describe, it } from "@effect/vitest"
import type { AccessCode } from "../../src/domain/AccessCode.ts"
import { type KnownRoom, remembered, ROOMS_MAX } from "../../src/web/remembered.ts"

const seen = (code: string, driver = "lemon", navigator = "apple") => ({
  accessCode: code as AccessCode,
  driver,
  navigator,
  people: [driver, navigator].map((name) => ({ name, away: false }))
})

describe("the rooms of this browser", () => {
  it("are remembered once each, the last one first, and the names in one order whoever drives", () => {
    let known: ReadonlyArray<KnownRoom> = []
    for (const room of [seen("A"), seen("B", "kiwi", "fig"), seen("A", "apple", "lemon")])
      known = remembered(known, room)
    assert.deepStrictEqual(known, [
      { code: "A", driver: "apple", navigator: "lemon", people: ["apple", "lemon"] },
      { code: "B", driver: "fig", navigator: "kiwi", people: ["fig", "kiwi"] }
    ])
  })

  it("are no more than a person looks through", () => {
    let known: ReadonlyArray<KnownRoom> = []
    for (let room = 0; room < 2 * ROOMS_MAX; room++) known = remembered(known, seen(String(room)))
    assert.strictEqual(known.length, ROOMS_MAX)
    assert.strictEqual(known[0]?.code, String(2 * ROOMS_MAX - 1))
  })
})
