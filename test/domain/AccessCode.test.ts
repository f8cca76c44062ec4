import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { ALPHABET, isAccessCode, make, PREFIX_PATTERN, RANDOM_LENGTH, toKey } from "../../src/domain/AccessCode.ts"
import { between } from "./arbitraries.ts"

/** A source that gives these bytes in turn, over and over. */
const cycle = (bytes: ReadonlyArray<number>) => {
  let index = 0
  return () => bytes[index++ % bytes.length] as number
}

const allBytes = Array.from({ length: 256 }, (_, byte) => byte)

const prefix = Arbitrary.map(
  Arbitrary.array(Arbitrary.schema(Schema.Literals([..."azAZ09_-"])), { maxLength: 16 }),
  (letters) => letters.join("")
)

/** Any bytes, and with them one that is never skipped, so that no code waits for ever. */
const bytes = Arbitrary.map(Arbitrary.array(Arbitrary.schema(between(0, 255)), { maxLength: 40 }), (bytes) => [
  ...bytes,
  0
])

describe("AccessCode", () => {
  it("the alphabet is of upper-case letters and digits, each of them once", () => {
    assert.match(ALPHABET, /^[A-Z0-9]+$/)
    assert.strictEqual(new Set(ALPHABET).size, ALPHABET.length)
  })

  it("no two characters of the alphabet look alike", () => {
    for (const alike of ["0O", "1IL", "2Z", "5S", "8B", "UV"]) {
      const used = [...alike].filter((character) => ALPHABET.includes(character))
      assert.isAtMost(used.length, 1, `of ${alike}`)
    }
  })

  it("a code holds at least 60 random bits", () => {
    assert.isAtLeast(RANDOM_LENGTH * Math.log2(ALPHABET.length), 60)
    assert.lengthOf(make("", cycle(allBytes)), RANDOM_LENGTH)
  })

  it("the bytes 243 to 255, which would favour the first letters, are skipped", () => {
    assert.lengthOf(ALPHABET, 27)
    assert.strictEqual(make("", cycle([...allBytes.slice(243), ...allBytes.slice(0, 13)])), ALPHABET.slice(0, 13))
    assert.strictEqual(make("", cycle([242, 243])), ALPHABET.charAt(26).repeat(13))
  })

  it("even bytes give even letters", () => {
    const source = cycle(allBytes)
    // 13 rounds of 243 bytes that count are 243 codes of 13 characters.
    const letters = Array.from({ length: 243 }, () => make("", source)).join("")
    const counts = [...ALPHABET].map((letter) => letters.split(letter).length - 1)
    assert.deepStrictEqual(
      counts,
      [...ALPHABET].map(() => (243 * 13) / 27)
    )
  })

  it.prop("the prefix is taken as it is, and only letters of the alphabet follow it", { prefix, bytes }, (given) => {
    const code = make(given.prefix, cycle(given.bytes))
    assert.isTrue(code.startsWith(given.prefix))
    assert.match(code.slice(given.prefix.length), new RegExp(`^[${ALPHABET}]{${RANDOM_LENGTH}}$`))
  })

  it.prop("what is made is an access code, and is found in either case", { prefix, bytes }, ({ prefix, bytes }) => {
    assert.match(prefix, PREFIX_PATTERN)
    const code = make(prefix, cycle(bytes))
    const lower = code.toLowerCase()
    assert.isTrue(isAccessCode(code))
    assert.isTrue(isAccessCode(lower) && toKey(lower) === toKey(code))
  })

  it("a prefix has at most 16 letters, digits, hyphens and underscores", () => {
    const taken = ["", "IAN", "a-b_9", "x".repeat(16), "x".repeat(17), "a b", "a/b", "é", "IAN\n"]
    assert.deepStrictEqual(
      taken.filter((prefix) => PREFIX_PATTERN.test(prefix)),
      ["", "IAN", "a-b_9", "x".repeat(16)]
    )
  })

  it("codes of other instances are codes; what no instance makes is none", () => {
    const texts = ["IBN234", "ian234", "A", "x".repeat(64), "", "x".repeat(65), "A B", "A/B", "../A", "A\n", "Ä", "A\0"]
    assert.deepStrictEqual(
      texts.filter((text) => isAccessCode(text)),
      ["IBN234", "ian234", "A", "x".repeat(64)]
    )
  })
})
