import { assert, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { VERSION } from "../../src/domain/version.ts"

it("the version is that of the package", () => {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"))
  assert.strictEqual(VERSION, version)
})
