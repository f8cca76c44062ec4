import { assert, describe, it } from "@effect/vitest"
import { parse } from "../../src/http/IfMatch.ts"

describe("If-Match", () => {
  it.for([
    [undefined, undefined],
    ["*", "*"],
    [" * ", "*"],
    ['"a"', ["a"]],
    ["a", ["a"]],
    ['W/"a"', ["a"]],
    ["W/a", ["a"]],
    ['"a", W/"b" ,c', ["a", "b", "c"]],
    ['"a,b"', ["a,b"]],
    ['*, "x"', "*"],
    ['"x",*', "*"],
    ['"*"', ["*"]],
    ['""', [""]],
    ["", []],
    [",,", []]
  ] as const)("%j names %j", ([header, condition]) => {
    assert.deepStrictEqual(parse(header), condition)
  })
})
