import { assert, describe, it } from "@effect/vitest"
import { shares } from "../../../src/http/node/Descriptors.ts"

describe("the descriptors of the process", () => {
  it("are kept for the store and for files, and some connections for requests beside the streams", () => {
    assert.deepStrictEqual(shares(65_536), { connections: 58_982, streams: 52_428 })
    assert.deepStrictEqual(shares(128), { connections: 64, streams: 56 })
    assert.deepStrictEqual(shares(16), { connections: 2, streams: 1 })
  })

  it("limit nothing where their number is not known", () => {
    assert.deepStrictEqual(shares(Infinity), { connections: Infinity, streams: Infinity })
  })
})
