import { assert, describe, it } from "@effect/vitest"
import { addressOf, pathOf } from "../../src/web/address.ts"

describe("the address of a room", () => {
  it("tells which room a page is for, and how it shows it", () => {
    assert.deepStrictEqual(addressOf({ pathname: "/room/2WQYYFY8H7RFD", search: "" }), {
      code: "2WQYYFY8H7RFD",
      view: "room"
    })
    assert.strictEqual(addressOf({ pathname: "/room/A", search: "?view=overlay" }).view, "overlay")
    assert.strictEqual(addressOf({ pathname: "/room/A", search: "?view=popout" }).view, "popout")
    assert.strictEqual(addressOf({ pathname: "/room/A", search: "?view=else" }).view, "room")
    assert.strictEqual(addressOf({ pathname: "/room/%EB%B0%A9", search: "" }).code, "방")
    assert.strictEqual(addressOf({ pathname: "/room/100%", search: "" }).code, "100%")
  })

  it("leads back to the code", () => {
    for (const code of ["2WQYYFY8H7RFD", "100%", "a b"]) {
      assert.strictEqual(addressOf({ pathname: pathOf(code), search: "" }).code, code)
    }
  })
})
