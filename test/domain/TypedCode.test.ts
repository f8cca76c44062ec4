import { assert, describe, it } from "@effect/vitest"
import { codeIn, grouped } from "../../src/domain/TypedCode.ts"

describe("an access code", () => {
  it("is found in what people type and paste", () => {
    for (const typed of [
      "2WQYYFY8H7RFD",
      "  2WQYYFY8H7RFD\n",
      "2WQY YFY8 H7RFD",
      "https://pair.example/room/2WQYYFY8H7RFD",
      "http://localhost:3000/room/2WQYYFY8H7RFD?view=overlay#x",
      "pair.example/room/2WQYYFY8H7RFD/",
      "room/2WQYYFY8H7RFD",
      "2WQY-YFY8-H7RFD",
      "２ＷＱＹＹＦＹ８Ｈ７ＲＦＤ",
      "2WQYYFY8H7RFD\u200b",
      "\ufeff2WQYYFY8H7RFD",
      "\u200e2WQYYFY8H7RFD",
      "https://pair.example/room/2WQYYFY8H7RFD.",
      "<https://pair.example/room/2WQYYFY8H7RFD>",
      "Join us: https://pair.example/room/2WQYYFY8H7RFD, now",
      "https://pair.example/ROOM/2WQYYFY8H7RFD",
      "https://pair.example/room/2WQYYFY8H7RFD%20",
      "<https://pair.example/room/2WQYYFY8H7RFD|our room>",
      "[room](https://pair.example/room/2WQYYFY8H7RFD)",
      "https://pair.example/room/2WQYYFY8H7RFD입니다",
      "2WQY–YFY8–H7RFD",
      "2WQY_YFY8_H7RFD",
      "2WQY.YFY8.H7RFD",
      "“2WQYYFY8H7RFD”",
      "`2wqyyfy8h7rfd`".toUpperCase(),
      "Code: 2WQY YFY8 H7RFD",
      "code 2WQY YFY8 H7RFD",
      "코드는 2WQY YFY8 H7RFD입니다."
    ]) {
      assert.strictEqual(codeIn(typed), "2WQYYFY8H7RFD", typed)
    }
    assert.strictEqual(codeIn("ian_2wqyyfy8h7rfd"), "ian_2wqyyfy8h7rfd")
    assert.strictEqual(codeIn("eu-2wqyyfy8h7rfd"), "eu-2wqyyfy8h7rfd")
  })

  it("is written in the groups in which it is said", () => {
    assert.deepStrictEqual(["2WQYYFY8H7RFD", "ABC", "AB"].map(grouped), ["2WQY YFY8 H7RFD", "ABC", "AB"])
  })

  it("is not found where there is none", () => {
    for (const typed of [
      "",
      "   ",
      "https://pair.example/",
      "https://pair.example/room/",
      "방",
      "no such thing!",
      "a/b",
      "A".repeat(65)
    ]) {
      assert.isUndefined(codeIn(typed), typed)
    }
  })
})
