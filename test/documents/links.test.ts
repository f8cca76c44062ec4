import { assert, describe, it } from "@effect/vitest"
import { existsSync } from "node:fs"
import { dirname, join } from "node:path"
import { anchors, DOCUMENTS, links } from "./documents.ts"

const root = new URL("../../", import.meta.url).pathname

describe("a document", () => {
  it.each(DOCUMENTS)("links to what is there: %s", (path) => {
    for (const { to, anchor } of links(path)) {
      const target = to === "" ? path : join(dirname(path), to)
      assert.isTrue(existsSync(join(root, target)), `${to} is missing`)
      if (anchor !== "") assert.include(anchors(target), anchor, to)
    }
  })

  it("is reached from README, directly or by another one", () => {
    const reached = new Set(["README.md", "CHANGELOG.md"])
    for (const path of reached) {
      for (const { to } of links(path)) {
        const target = join(dirname(path), to)
        if (DOCUMENTS.includes(target)) reached.add(target)
        if (DOCUMENTS.includes(join(target, "README.md"))) reached.add(join(target, "README.md"))
      }
    }
    assert.deepStrictEqual([...reached].toSorted(), DOCUMENTS)
  })
})
