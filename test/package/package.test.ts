import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { spawn } from "node:child_process"
import { cpSync, existsSync, readdirSync, writeFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { createInterface } from "node:readline"
import { setTimeout } from "node:timers/promises"
import { brotliCompressSync } from "node:zlib"
import { build } from "vite"
import { GREETING } from "../instance.ts"
import { install, installed, link, node, pack, project, read, remove, repository, run } from "./harness.ts"

const ROOT = new URL("../..", import.meta.url).pathname

/** How long packing may take on a machine that is busy, in milliseconds. */
const PACKING_LIMIT = 120_000

const manifest = () => JSON.parse(read(join(installed, "package.json")))

/** Type-checks these programs in the project. Returns what the compiler has to say. */
const complaints = async (name: string, files: ReadonlyArray<string>, types: ReadonlyArray<string>) => {
  const compilerOptions = {
    target: "es2024",
    // Effect's own declarations need those of the web.
    lib: ["es2024", "dom", "dom.iterable"],
    module: "nodenext",
    strict: true,
    types,
    skipLibCheck: false,
    // What the programs export must have types that the entries can name.
    declaration: true,
    outDir: "out",
    // The declarations of others, which are most of it, are not checked again until they change.
    incremental: true,
    tsBuildInfoFile: join(ROOT, "node_modules/.cache", `package-${name}.tsbuildinfo`)
  }
  writeFileSync(join(project, `${name}.json`), JSON.stringify({ compilerOptions, files }))
  const { stdout } = await node(project, join(ROOT, "node_modules/typescript/bin/tsc"), "-p", `${name}.json`).catch(
    (failed: { readonly stdout: string }) => failed
  )
  return stdout
}

beforeAll(async () => {
  await pack()
  await install()
  link("effect")
}, PACKING_LIMIT)
afterAll(remove)

describe("the package", () => {
  it("leaves the repository as it was, and has nothing of it that its users do not need", () => {
    assert.strictEqual(read(join(repository, "package.json")), read(join(ROOT, "package.json")))
    const { exports, ...fields } = manifest()
    assert.notProperty(fields, "scripts")
    assert.notProperty(fields, "devDependencies")
    assert.deepStrictEqual(Object.keys(fields.dependencies), ["uqr"])
    for (const entry of Object.values<object | string>(exports)) {
      if (typeof entry === "object") assert.deepStrictEqual(Object.keys(entry), ["types", "default"])
    }
    assert.notInclude(readdirSync(join(installed, "src")), "package")
  })

  it("leaves the repository as it was when npm fails after the build, too", async () => {
    const script = `"${process.execPath}" src/package/manifest.ts publish && cat package.json; exit 1`
    const failed = await run(repository, "sh", ["-c", script]).catch((error: { readonly stdout: string }) => error)
    assert.notInclude(failed.stdout, "pairroom-source")
    assert.include(failed.stdout, "peerDependencies")
    while (existsSync(join(repository, "node_modules/.cache/pairroom/package.json"))) await setTimeout(20)
    assert.strictEqual(read(join(repository, "package.json")), read(join(ROOT, "package.json")))
  })

  it("has source maps that lead to sources that are there", () => {
    const maps = readdirSync(join(installed, "dist"), { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".map")
    )
    assert.isAbove(maps.length, 100)
    for (const name of maps) {
      const map = join(installed, "dist", name)
      const { sources } = JSON.parse(read(map)) as { readonly sources: ReadonlyArray<string> }
      for (const source of sources) assert.isTrue(existsSync(resolve(dirname(map), source)), `${name}: ${source}`)
    }
  })

  it.for([
    ["pairroom", ["effect", "effect/encoding/Hex"], "Rooms"],
    ["pairroom/api", ["effect", "effect/http-api"], "Api"],
    [
      "pairroom/http",
      ["effect", "effect/encoding/Hex", "effect/http", "effect/http-api", "effect/net", "effect/persistence"],
      "routes"
    ],
    ["pairroom/sqlite", ["effect", "node:fs", "node:path", "node:sqlite"], "SqliteRoomStore"],
    ["pairroom/client", [], "openRoom"],
    ["pairroom/client/effect", ["effect", "effect/http", "effect/http-api"], "RemoteRooms"]
  ] as const)("%s imports %j, and no package beside effect has to be there", async ([entry, needed, name]) => {
    const { stdout } = await node(project, "imports.mjs", entry)
    const { asked, exported } = JSON.parse(stdout) as Record<"asked" | "exported", ReadonlyArray<string>>
    assert.deepStrictEqual(asked, needed)
    assert.include(exported, name)
  })

  it("serves the page and its rooms as `pairroom serve`, without the package redis", async () => {
    link("@effect/platform-node")
    const settings = { HOST: "127.0.0.1", PORT: "0", STORE_URL: "sqlite:rooms.db" }
    const command = join(project, "node_modules/.bin/pairroom")
    const child = spawn(command, ["serve"], {
      cwd: project,
      env: { PATH: `${dirname(process.execPath)}:${process.env["PATH"]}`, ...settings },
      stdio: ["ignore", "pipe", "inherit"]
    })
    try {
      let origin: string | undefined
      for await (const line of createInterface(child.stdout)) {
        assert.notMatch(line, /warn/i)
        origin = GREETING.exec(line)?.[1]
        if (origin !== undefined) break
      }
      assert.isDefined(origin)
      const page = await (await fetch(`${origin}/`)).text()
      const [, script] = /src="(\/assets\/[^"]+)"/.exec(page)!
      assert.strictEqual((await fetch(`${origin}${script}`)).status, 200)
      const made = await fetch(`${origin}/api/pair-room`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ driver: "lemon", navigator: "apple", timerDuration: 600_000 })
      })
      assert.strictEqual(made.status, 201)
      assert.strictEqual((await fetch(`${origin}${made.headers.get("location")}`)).status, 200)
    } finally {
      child.kill("SIGKILL")
    }
  })

  it("says in one line what to install for STORE_URL=redis: where the package redis is missing", async () => {
    const settings = { STORE_URL: "redis://127.0.0.1:1", LOG_FORMAT: "pretty" }
    const command = join(project, "node_modules/.bin/pairroom")
    const failed = await run(project, command, ["serve"], settings).then(
      () => assert.fail("it started"),
      (error: { readonly code: number; readonly stderr: string }) => error
    )
    assert.strictEqual(failed.code, 1)
    assert.match(failed.stderr, /^[^\n]*STORE_URL: the package redis is not installed: `npm install redis`[^\n]*\n$/)
  })

  it("pairroom/redis imports the package redis", async () => {
    link("redis")
    const { asked } = JSON.parse((await node(project, "imports.mjs", "pairroom/redis")).stdout)
    assert.deepStrictEqual(asked, ["@effect/platform-node/NodeRedis", "effect", "effect/persistence", "redis"])
  })

  it("has declarations that a program for Node, and one for a browser, can check in full", async () => {
    link("@types/node")
    const programs = ["embed.ts", "follow.ts", "guard.ts", "join.ts", "store.ts", "stream.ts"]
    for (const name of programs) cpSync(new URL(`../examples/${name}`, import.meta.url), join(project, name))
    assert.strictEqual(await complaints("node", [...programs, "entries.ts"], ["node"]), "")
    assert.strictEqual(await complaints("browser", ["browser.ts", "remote.ts"], []), "")
  })

  it.for([
    ["pairroom/api", 40],
    ["pairroom/client", 15],
    ["pairroom/client/effect", 15]
  ] as const)("%s is less than %d KB for a browser, compressed, without effect", async ([entry, limit]) => {
    const built = await build({
      configFile: false,
      root: project,
      logLevel: "error",
      build: {
        write: false,
        rolldownOptions: { input: entry, external: /^effect(?:\/|$)/, preserveEntrySignatures: "strict" }
      }
    })
    assert.isTrue("output" in built)
    const code = "output" in built ? built.output.map((file) => ("code" in file ? file.code : "")).join("") : ""
    assert.isAbove(code.length, 5_000)
    assert.isBelow(brotliCompressSync(code).length, limit * 1_000)
  })
})
