import { assert, describe, it } from "@effect/vitest"
import { encodingFor } from "../../src/http/Encoding.ts"

describe("encodingFor", () => {
  it("takes the smallest that the client takes", () => {
    const cases: ReadonlyArray<readonly [string | undefined, "br" | "gzip" | undefined]> = [
      [undefined, undefined],
      ["", undefined],
      ["gzip, deflate, br, zstd", "br"],
      ["gzip;q=1.0, br;q=0.1", "br"],
      ["GZIP", "gzip"],
      ["br;q=0, gzip", "gzip"],
      ["*", "br"],
      ["br; q=0, *;q=0.5", "gzip"],
      ["identity", undefined],
      ["*;q=0", undefined],
      ["br;q=x, gzip;q=", undefined]
    ]
    for (const [header, encoding] of cases) assert.strictEqual(encodingFor(header), encoding, header)
  })
})
