import { assert, describe, it } from "@effect/vitest"
import { LANGUAGES, languageOf } from "../../../src/web/text/languages.ts"

/** Every text of a language under its path, those with something to fill in filled in. */
const textsOf = (texts: object): ReadonlyArray<readonly [string, string]> =>
  Object.entries(texts).flatMap(([name, value]: [string, unknown]) =>
    typeof value === "object" && value !== null
      ? textsOf(value).map(([path, text]) => [`${name}.${path}`, text] as const)
      : [[name, String(typeof value === "function" ? value("12", "34") : value)] as const]
  )

describe("the language of the page", () => {
  it("is the first that the browser asks for and the page speaks", () => {
    assert.strictEqual(languageOf(["ko-KR", "en-US"]), "ko")
    assert.strictEqual(languageOf(["fr", "KO", "en"]), "ko")
    assert.strictEqual(languageOf(["en-GB", "ko"]), "en")
    assert.strictEqual(languageOf(["kok", "fr"]), "en")
    assert.strictEqual(languageOf([]), "en")
  })

  it("says everything, and what is filled in shows in each language", () => {
    const english = new Map(textsOf(LANGUAGES.en))
    for (const texts of Object.values(LANGUAGES)) {
      for (const [path, text] of textsOf(texts)) {
        // A name may stand at either end of a text.
        if (!/\.(?:before|after)$/.test(path)) assert.isAbove(text.trim().length, 0, path)
        for (const filled of ["12", "34"]) {
          assert.strictEqual(text.includes(filled), english.get(path)?.includes(filled), `${path}: ${text}`)
        }
      }
    }
  })
})
