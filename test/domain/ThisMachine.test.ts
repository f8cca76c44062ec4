import { assert, describe, it } from "@effect/vitest"
import { isThisMachine } from "../../src/domain/ThisMachine.ts"

describe("an address of this machine", () => {
  it("is told from one that a phone can reach", () => {
    for (const host of ["localhost", "127.0.0.1", "[::1]", "0.0.0.0", "pair.localhost"]) {
      assert.isTrue(isThisMachine(host), host)
    }
    for (const host of ["pair.example", "192.168.1.7", "10.0.0.1"]) assert.isFalse(isThisMachine(host), host)
  })
})
