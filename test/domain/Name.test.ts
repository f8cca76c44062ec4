import { assert, describe, it, vi } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import {
  isGoal,
  isName,
  lookOf,
  NAME_ALLOWED,
  NAME_MAX,
  toName,
  usableGoal,
  usableName
} from "../../src/domain/Name.ts"

const invisible = [..." \t\n\r\u0000\u0007\u00a0\u00ad\u200b\u200d\u2028\u2060\u3000\ufeff\ud800\u{e0001}"]

const accepted = (names: ReadonlyArray<string>) => names.filter(isName)

describe("Name", () => {
  it("has at most 20 characters, and a character beyond the basic plane counts once", () => {
    const names = ["a", "a".repeat(20), "😀".repeat(20), "a".repeat(21), "😀".repeat(21)]
    assert.deepStrictEqual(accepted(names), ["a", "a".repeat(20), "😀".repeat(20)])
    assert.strictEqual(NAME_MAX, 20)
    assert.include(NAME_ALLOWED, "1 to 20 characters")
  })

  it("counts characters as a person does, and has at most 80 code points", () => {
    const family = "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}"
    assert.deepStrictEqual(accepted([family.repeat(16), "e\u0301".repeat(20)]), [
      family.repeat(16),
      "e\u0301".repeat(20)
    ])
    assert.deepStrictEqual(accepted([family.repeat(17), "e\u0301".repeat(21), `a${"\u0301".repeat(80)}`]), [])
  })

  it("is kept and compared in one form, trimmed", () => {
    assert.strictEqual(toName("  Zoe\u0308 "), "Zo\u00eb")
    assert.strictEqual(toName("\u1112\u1161\u11ab"), "\ud55c")
  })

  it("is brought to that form only where it is short enough to be a name or a goal then", () => {
    const normalize = vi.spyOn(String.prototype, "normalize")
    const marks = `a${"\u0316\u0301".repeat(4_000)}`
    const found = [isName(toName(marks)), isGoal(toName(marks)), usableName(marks), usableGoal(marks)]
    const longest = Math.max(...normalize.mock.contexts.map((text) => String(text).length))
    normalize.mockRestore()
    assert.deepStrictEqual(found, [false, false, undefined, ""])
    assert.isAtMost(longest, 4 * 560)
    assert.strictEqual(toName("\u1f82".normalize("NFD").repeat(560)), "\u1f82".repeat(560))
    assert.strictEqual(usableGoal(`${" ".repeat(5_000)}${"\u1f82".normalize("NFD").repeat(600)}`), "\u1f82".repeat(140))
  })

  it("has no control characters, and none that turn round the text beside it", () => {
    const harmful = ["\u0000", "\u001b", "\n", "\u2028", "\u202e", "\u2066", "\u200f", "\u061c", "\ud800"]
    assert.deepStrictEqual(accepted(harmful.map((character) => `a${character}b`)), [])
  })

  it("is neither . nor .., which mean something else in a path", () => {
    assert.deepStrictEqual(accepted([".", "..", "...", "a."]), ["...", "a."])
  })

  it("is of any script", () => {
    const names = ["레몬", "Ann Lee", "Ωμέγα", "🍋", "é", "_", "7", "مريم"]
    assert.deepStrictEqual(accepted(names), names)
  })

  it("is not empty, blank or of control and format characters alone", () => {
    assert.deepStrictEqual(accepted(["", ...invisible]), [])
  })

  it("is not of letters, marks and symbols alone that show nothing", () => {
    const unseen = ["\u3164", "\u115f", "\u1160", "\uffa0", "\u034f", "\ufe0f", "\u17b4", "\u2800", "\u{e0100}"]
    const blank = ["\u{1d159}", "\u{13441}", "\u{13442}", "\u{e0020}", "\u180b", "\u{1bca0}", "\u115f\u1160 \u200d"]
    assert.deepStrictEqual(accepted([...unseen, ...blank]), [])
  })

  it("looks as it does without the characters that show nothing, and may have them all the same", () => {
    const alike = [
      "A\u00adnn",
      "Ann\u200d",
      "\u2060Ann",
      "An\ufe00n",
      "Ann \u3164",
      "Ann\u{e0061}",
      "\u115fAnn",
      "An\u034fn",
      "A\ufff9nn"
    ]
    assert.deepStrictEqual(new Set(alike.map(lookOf)), new Set(["Ann"]))
    assert.strictEqual(lookOf("Zoe\u034f\u0308"), "Zo\u00eb")
    const spaced = ["Ann  Lee", "Ann\u00a0Lee", "Ann\u3000Lee", "Ann\u200b \u2009Lee", "Ann\u2800Lee", " Ann Lee\u2800"]
    assert.deepStrictEqual(new Set(spaced.map(lookOf)), new Set(["Ann Lee"]))
    const emoji = [
      "\u{1f468}\u200d\u{1f4bb}",
      "\u2764\ufe0f",
      "\u{1f3f3}\ufe0f\u200d\u{1f308}",
      "\u0645\u06cc\u200c\u062e"
    ]
    assert.deepStrictEqual(accepted([...alike, ...emoji].map(toName)), [...alike, ...emoji].map(toName))
  })

  it.prop(
    "is nothing that cannot be seen, however much of it",
    { around: Arbitrary.array(Arbitrary.schema(Schema.Literals(invisible)), { maxLength: 19 }) },
    ({ around }) => {
      assert.isFalse(isName(around.join("")))
    }
  )
})

describe("what a program has sent of its own accord", () => {
  it("is a name as far as it can be one: without control characters, trimmed, cut to 20", () => {
    assert.strictEqual(usableName(" an\u0000n\n "), "ann")
    assert.strictEqual(usableName("x".repeat(30)), "x".repeat(20))
    assert.strictEqual(usableName("각".normalize("NFD").repeat(25)), "각".repeat(20))
    assert.strictEqual(usableName(`${"a".repeat(19)} bcd`), "a".repeat(19))
    for (const nothing of ["", "   ", "\u0000", ".", "..", "\u202e"]) assert.isUndefined(usableName(nothing))
  })

  it("is a goal in one line, cut to 140", () => {
    assert.strictEqual(usableGoal(" one\r\ntwo\nthree "), "one two three")
    assert.strictEqual(usableGoal("한".repeat(200)), "한".repeat(140))
    assert.strictEqual(usableGoal("\u0007\u202e"), "")
    assert.isTrue(isGoal("") && isGoal("x".repeat(140)))
    assert.isFalse(isGoal("x".repeat(141)) || isGoal("a\nb") || isGoal("a\u202eb"))
  })
})
