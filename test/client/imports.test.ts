import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"

/** All modules that a browser loads for this one, itself included, with `import type` left out. */
const loaded = (url: URL, seen = new Set<string>()): ReadonlySet<string> => {
  if (seen.has(url.href)) return seen
  seen.add(url.href)
  if (!url.href.startsWith("file:")) return seen
  const source = readFileSync(url, "utf8").replaceAll(/\/\*[^]*?\*\//g, "")
  for (const [, specifier = ""] of source.matchAll(/^(?:import|export) (?!type\b)(?:[^;"]* from )?"([^"]+)"$/gm)) {
    loaded(specifier.startsWith(".") ? new URL(specifier, url) : new URL(`package:${specifier}`), seen)
  }
  return seen
}

describe("src/client", () => {
  it("loads nothing but itself and the plain modules of src/domain", () => {
    const source = new URL("../../src/", import.meta.url)
    const modules = [...loaded(new URL("client/RoomClient.ts", source))].map((href) => href.replace(source.href, ""))
    assert.include(modules, "client/EventStream.ts")
    assert.includeMembers(modules, ["domain/Timer.ts"])
    for (const module of modules) assert.match(module, /^client\/\w+\.ts$|^domain\/(?:AccessCode|Name|Timer)\.ts$/)
  })

  it("would notice an import of a package", () => {
    const modules = loaded(new URL("../../src/domain/RoomEvent.ts", import.meta.url))
    assert.include([...modules], "package:effect")
  })
})
