/** The rules of the house that types and lint cannot keep: who imports whom, and what the service is not written with. */
import { assert, describe, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { dirname, join, normalize } from "node:path"

const root = new URL("../src/", import.meta.url).pathname

interface Source {
  /** From `src` on. */
  readonly path: string
  readonly text: string
}

const sources: ReadonlyArray<Source> = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.tsx?$/.test(path))
  .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }))

const folderOf = (path: string) => (path.includes("/") ? path.split("/")[0]! : "")

/** Which folders a folder may import from, beside itself. What lies in `src` itself may import from all of them. */
const MAY_IMPORT: Readonly<Record<string, ReadonlyArray<string>>> = {
  domain: [],
  store: ["domain"],
  rooms: ["domain", "store"],
  http: ["domain", "store", "rooms"],
  client: ["domain"],
  // Of the rooms only types: what a program does with them is the same over HTTP.
  remote: ["domain", "client", "http", "rooms"],
  web: ["client", "domain"],
  // Of the service only how a room is put into words; `serve` loads the rest when it is asked for.
  cli: ["domain", "remote", "http", "rooms", ""]
}

const specifiersOf = ({ text }: Source) => Array.from(text.matchAll(/(?:from|import) "([^"]+)"/g), ([, name]) => name!)

/** Imports that go the wrong way. */
const wrongImports = (source: Source) => {
  const allowed = MAY_IMPORT[folderOf(source.path)]
  if (allowed === undefined) return []
  return specifiersOf(source)
    .filter((name) => name.startsWith("."))
    .map((name) => folderOf(normalize(join(dirname(source.path), name))))
    .filter((folder) => folder !== folderOf(source.path) && !allowed.includes(folder))
}

const SERVICE = ["domain", "store", "rooms", "http", "remote", "cli"]

const FORBIDDEN = {
  "private fields": /this\.#\w|^\s*(?:readonly )?#\w+/m,
  "running an effect inside of the service":
    /\b(?:Effect\.run\w+|runSync|runFork|runPromise|interruptUnsafe|Fiber(?:Handle|Map|Set)\.(?:runtime|makeRuntime)\w*)\b/,
  "a class that Effect does not ask for":
    /\bclass \w+(?! extends (?:Context\.Service|Schema\.|Data\.TaggedError|LayerMap\.Service|HttpApi))\b(?! extends)|\bclass \w+ extends (?!Context\.Service|Schema\.|Data\.TaggedError|LayerMap\.Service|HttpApi)/,
  "a method of Node that is replaced": /\b(?:server|socket|response|request)\.\w+ = /,
  "a name that means something else": /\b(?:outlet|audience|speaker)s?\b/i
}

const withoutComments = (text: string) => text.replaceAll(/\/\*[^]*?\*\//g, "").replaceAll(/^\s*\/\/.*$/gm, "")

const violations = ({ text }: Source) => {
  const code = withoutComments(text)
  return Object.entries(FORBIDDEN).flatMap(([what, pattern]) => (pattern.test(code) ? [what] : []))
}

const where = (folders: ReadonlyArray<string>) => sources.filter(({ path }) => folders.includes(folderOf(path)))

/** The files in whose code a pattern is found. */
const naming = (folders: ReadonlyArray<string>, pattern: RegExp) =>
  where(folders)
    .filter(({ text }) => pattern.test(withoutComments(text)))
    .map(({ path }) => path)
    .toSorted()

const bad = (path: string, text: string): Source => ({ path, text })

describe("the house", () => {
  it.each(sources.map(({ path }) => path))("%s imports only what it may", (path) => {
    const source = sources.find((one) => one.path === path)!
    assert.deepStrictEqual(wrongImports(source), [])
  })

  it.each(where(SERVICE).map(({ path }) => path))("%s is written in Effect's own terms", (path) => {
    assert.deepStrictEqual(violations(sources.find((one) => one.path === path)!), [])
  })

  it("names sockets and the requests of Node in one folder, and Redis in one", () => {
    const sockets = naming(["http"], /\bsocket\b|\b(?:IncomingMessage|ServerResponse)\b|"node:(?:http|net)"/i)
    assert.isAbove(sockets.length, 0)
    for (const path of sockets) assert.match(path, /^http\/node\//)
    const redis = naming(SERVICE, /from "redis"|\bRedis\b[^"]*from "effect\/persistence"/)
    assert.isAbove(redis.length, 0)
    for (const path of redis) assert.match(path, /^store\/redis\//)
  })

  it("has small files", () => {
    const large = where([...SERVICE, "client"])
      .filter(({ text }) => text.split("\n").length > 240)
      .map(({ path }) => path)
    assert.deepStrictEqual(large, [])
  })

  it("would notice what it forbids", () => {
    assert.deepStrictEqual(wrongImports(bad("rooms/A.ts", 'import { B } from "../http/B.ts"')), ["http"])
    assert.deepStrictEqual(wrongImports(bad("store/redis/A.ts", 'import { B } from "../../rooms/B.ts"')), ["rooms"])
    assert.deepStrictEqual(wrongImports(bad("http/A.ts", 'import { B } from "../rooms/B.ts"')), [])
    const noticed = [
      "class A { }",
      "class A extends Server {}",
      "this.#field",
      "Effect.runSync(a)",
      "FiberHandle.runtime(a)()",
      "FiberSet.makeRuntimePromise()",
      "socket.write = 1"
    ]
    for (const text of noticed) assert.strictEqual(violations(bad("http/A.ts", text)).length, 1, text)
    const fine = "export class A extends Context.Service<A>()('a') {}\n// Effect.runSync"
    assert.deepStrictEqual(violations(bad("http/A.ts", fine)), [])
  })
})
