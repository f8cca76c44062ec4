import { assert, it } from "@effect/vitest"
import { readFileSync } from "node:fs"

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8")

const readme = read("../../README.md")

it.for(["embed.ts", "embed.test.ts"])("README shows %s as it is", (file) => {
  assert.include(readme, `\`\`\`ts\n${read(file).trim()}\n\`\`\``)
})
