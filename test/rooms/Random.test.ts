import { assert, describe, it } from "@effect/vitest"
import * as Random from "../../src/rooms/Random.ts"

describe("Random", () => {
  it("has 18 hexadecimal digits, and no two are the same", () => {
    const nonces = Array.from({ length: 1_000 }, Random.nonce)
    for (const nonce of nonces) assert.match(nonce, /^[0-9a-f]{18}$/)
    assert.strictEqual(new Set(nonces).size, nonces.length)
  })

  it("draws bytes of every value", () => {
    const bytes = new Set(Array.from({ length: 10_000 }, Random.byte))
    assert.deepStrictEqual(
      [...bytes].toSorted((one, other) => one - other),
      Array.from({ length: 256 }, (_, value) => value)
    )
  })
})
