import { assert, describe, it } from "@effect/vitest"
import { readable } from "../../src/http/ReadableUrl.ts"

describe("readable", () => {
  it("gives the router few `%` to read, however many are in the path", () => {
    for (const path of [
      `/${"%".repeat(16_000)}`,
      `/${"%25".repeat(5_000)}`,
      "/%".repeat(8_000),
      `/${"%25".repeat(340)}`.repeat(6)
    ]) {
      assert.isBelow(readable(`${path}?a=b`, 7).split("%").length, 400)
      assert.isTrue(readable(`${path}?a=b`, 7).endsWith("?a=b"))
    }
  })
})
