import { assert, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { VARIABLES } from "../../src/Settings.ts"

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8")

const readme = read("../../README.md")

it.for(["embed.ts", "embed.test.ts"])("README shows %s as it is", (file) => {
  assert.include(readme, `\`\`\`ts\n${read(file).trim()}\n\`\`\``)
})

it.for(["stock.conf", "round-robin.conf", "prefix.conf"])("README shows %s as the tests run it", (file) => {
  assert.include(readme, `\`\`\`nginx\n${read(`../cluster/nginx/${file}`).trim()}\n\`\`\``)
})

it("README's table of settings names every variable with its default", () => {
  const rows = Array.from(readme.matchAll(/^\| `([A-Z_]+)` \| (?:`([^`]*)`|empty) \|/gm), ([, name, fallback]) => [
    name,
    fallback ?? ""
  ])
  assert.deepStrictEqual(
    rows,
    Object.entries(VARIABLES).map(([name, { fallback }]) => [name, fallback])
  )
})
