import { assert, describe, it } from "@effect/vitest"
import { isWanted, USUAL, wantedBy } from "../../../src/web/home/wanted.ts"

const before = { people: ["Ann", "Bo"], minutes: "25", breaks: 3 }

describe("what a new room begins with", () => {
  it("is what the address asks for, and else what was chosen last", () => {
    assert.deepStrictEqual(wantedBy("?people=Mina, Jun ,,Mina&minutes=7.5&breaks=4", before), {
      people: ["Mina", "Jun"],
      minutes: "7.5",
      breaks: 4
    })
    assert.deepStrictEqual(wantedBy("?breaks=0", before), { ...before, breaks: 0 })
    assert.deepStrictEqual(wantedBy("", before), before)
  })

  it("does not follow an address that makes no sense", () => {
    for (const search of ["?minutes=0", "?minutes=x", "?breaks=1.5", "?breaks=21", "?breaks=-1", "?people=,,"]) {
      assert.deepStrictEqual(wantedBy(search, before), before, search)
    }
    // A name that cannot be used is kept, so that it can be mended where it is typed.
    const long = "x".repeat(21)
    assert.deepStrictEqual(wantedBy(`?people=Ann,${long},..`, before).people, ["Ann", long, ".."])
    const many = Array.from({ length: 30 }, (_, index) => `n${index}`).join(",")
    assert.strictEqual(wantedBy(`?people=${many}`, USUAL).people.length, 20)
  })

  it("is ignored where another version has kept something else", () => {
    assert.isTrue(isWanted(USUAL))
    for (const value of [null, 1, {}, { people: [1], minutes: "1", breaks: 0 }, { ...USUAL, breaks: "4" }]) {
      assert.isFalse(isWanted(value))
    }
  })
})
