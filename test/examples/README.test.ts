import { assert, it } from "@effect/vitest"
import { read } from "../documents/documents.ts"

it.for([
  ["README.md", "embed.ts"],
  ["src/README.md", "embed.test.ts"],
  ["src/README.md", "follow.ts"]
] as const)("%s shows %s as it is", ([document, file]) => {
  assert.include(read(document), `\`\`\`ts\n${read(`test/examples/${file}`).trim()}\n\`\`\``)
})
