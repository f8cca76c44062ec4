import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { flagOf, isNewEnough, NODE_LEAST } from "../../src/cli/Serve.ts"

describe("pairroom serve", () => {
  it("asks for the Node that the package asks for", () => {
    const { engines } = JSON.parse(readFileSync("package.json", "utf8"))
    assert.strictEqual(engines.node, `>=${NODE_LEAST}`)
    assert.deepStrictEqual(["20.20.2", "22.18.1", "22.19.0", "24.0.0"].map(isNewEnough), [false, false, true, true])
  })

  it("has a flag for a variable", () => {
    assert.strictEqual(flagOf("STREAMS_PER_ROOM"), "streams-per-room")
  })
})
