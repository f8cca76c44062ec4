import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Duration, Effect } from "effect"
import { Yaml } from "effect/encoding"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { settings, VARIABLES } from "../../src/Settings.ts"
import { ask } from "../cluster/client.ts"
import * as Nginx from "../cluster/nginx.ts"
import { address, start } from "../instance.ts"

const root = new URL("../../", import.meta.url).pathname

const read = (path: string) => readFileSync(join(root, path), "utf8")

const instructions = read("src/container/Dockerfile")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => ({ name: line.split(" ", 1)[0]!, rest: line.slice(line.indexOf(" ") + 1) }))

const all = (name: string) => instructions.filter((one) => one.name === name).map(({ rest }) => rest)

/** What an instruction says whose value is a list, the form that starts no shell. */
const listOf = (text: string): ReadonlyArray<string> => JSON.parse(text.slice(text.indexOf("[")))

const variables = (pairs: ReadonlyArray<string>) =>
  Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]))

const { scripts } = JSON.parse(read("package.json")) as { readonly scripts: Readonly<Record<string, string>> }

describe("the image", () => {
  it("copies files that exist and that nothing keeps out of the build", () => {
    const ignored = read("src/container/Dockerfile.dockerignore").split("\n")
    assert.include(ignored, "*")
    const copied = all("COPY")
      .filter((rest) => !rest.startsWith("--from="))
      .flatMap((rest) => rest.split(" ").slice(0, -1))
    assert.include(copied, "src")
    for (const path of copied) {
      assert.isTrue(existsSync(join(root, path)), path)
      assert.include(ignored, `!${path}`)
    }
  })

  it("is built by the scripts of the package, and takes from the build what they make", () => {
    const names = all("RUN").flatMap((rest) => Array.from(rest.matchAll(/npm run (\S+)/g), ([, name]) => name!))
    assert.include(names, "build")
    for (const name of names) assert.property(scripts, name)
    const { compilerOptions } = JSON.parse(read("src/tsconfig.json"))
    const compiled = join("src", compilerOptions.outDir)
    assert.include(scripts["build"], "tsc -p src/tsconfig.json")
    assert.include(all("COPY"), `--from=build /app/${compiled} ./${compiled}`)
  })

  it("runs without the development dependencies, as a user who is not root, on the Node of the package", () => {
    const { devDependencies } = JSON.parse(read("package.json"))
    const major = devDependencies.node.split(".", 1)[0]
    for (const image of all("FROM")) assert.match(image, new RegExp(`^node:${major}-(slim|alpine)( AS \\w+)?$`))
    const last = instructions.slice(instructions.findLastIndex(({ name }) => name === "FROM"))
    const installs = last.filter(({ name, rest }) => name === "RUN" && rest.includes("npm ci"))
    assert.deepStrictEqual(
      installs.map(({ rest }) => rest.includes("--omit=dev")),
      [true]
    )
    const after = last.findIndex(({ name }) => name === "ENTRYPOINT")
    assert.match(last.slice(0, after).findLast(({ name }) => name === "USER")!.rest, /^[1-9]\d*:[1-9]\d*$/)
  })

  it("starts Node as the first process, which hears SIGTERM, with the flags of npm start", () => {
    // The image has the right Node, so it does not look for an older one.
    const flags = scripts["start"]!.match(/--(?!import)[a-z]\S*=\S+/g)!
    assert.isAbove(flags.length, 0)
    assert.deepStrictEqual(listOf(all("ENTRYPOINT")[0]!), ["node", ...flags, "dist/main.js"])
    assert.deepStrictEqual(listOf(all("CMD")[0]!), ["serve"])
    assert.deepStrictEqual(listOf(all("HEALTHCHECK")[0]!), ["node", "dist/main.js", "health"])
  })

  it.effect("keeps its rooms in the one volume, under settings that can be used", () =>
    Effect.gen(function* () {
      const { NODE_ENV, ...own } = variables(all("ENV"))
      assert.strictEqual(NODE_ENV, "production")
      for (const name of Object.keys(own)) assert.property(VARIABLES, name)
      const { HOST, PORT, STORE_URL } = yield* settings.pipe(
        Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(own)))
      )
      assert(STORE_URL.kind === "sqlite")
      assert.deepStrictEqual(all("VOLUME"), ["/data"])
      assert.isTrue(STORE_URL.file.startsWith("/data/"))
      assert.deepStrictEqual(all("EXPOSE"), [String(PORT)])
      assert.strictEqual(HOST, "0.0.0.0")
    })
  )
})

interface Service {
  readonly image: string
  readonly environment?: Readonly<Record<string, string>>
  readonly command?: ReadonlyArray<string>
  readonly ports?: ReadonlyArray<string>
  readonly volumes?: ReadonlyArray<string>
  readonly build?: { readonly context: string; readonly dockerfile: string }
  readonly stop_grace_period?: string
  readonly read_only?: boolean
}

const compose = Yaml.parse(read("src/container/compose.yaml")) as {
  readonly services: Readonly<Record<string, Service>>
  readonly networks: { readonly default: { readonly ipam: { readonly config: ReadonlyArray<{ subnet: string }> } } }
}

const instances = Object.entries(compose.services).filter(([, { image }]) => image === "pairroom")

const site = read("src/container/nginx.conf")

describe("the containers of compose.yaml", () => {
  it("are two instances, built from the Dockerfile, to which nginx passes every request", () => {
    const names = instances.map(([name]) => name)
    assert.deepStrictEqual(
      Array.from(site.matchAll(/^ *server (\S+):(\d+) /gm), ([, name, port]) => [name, port]),
      names.map((name) => [name, VARIABLES.PORT.fallback])
    )
    assert.strictEqual(names.length, 2)
    for (const [, { build, read_only }] of instances) {
      assert.strictEqual(join("src/container", build!.context, build!.dockerfile), "src/container/Dockerfile")
      assert.isTrue(read_only)
    }
  })

  it.effect("have settings that can be used: a Redis of theirs, and the proxy's network", () =>
    Effect.gen(function* () {
      for (const [, { environment, stop_grace_period }] of instances) {
        for (const name of Object.keys(environment!)) assert.property(VARIABLES, name)
        const taken = yield* settings.pipe(
          Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(environment)))
        )
        assert(taken.STORE_URL.kind === "redis")
        assert.property(compose.services, new URL(environment!["STORE_URL"]!).hostname)
        assert.strictEqual(environment!["TRUSTED_PROXIES"], compose.networks.default.ipam.config[0]!.subnet)
        const grace = Duration.fromInputUnsafe(stop_grace_period!.replace(/s$/, " seconds") as Duration.Input)
        assert.isTrue(Duration.isGreaterThan(grace, taken.DRAIN_TIMEOUT))
      }
    })
  )

  it("have a Redis that evicts nothing and writes to a volume what it acknowledges", () => {
    const { command, volumes } = compose.services["redis"]!
    assert.deepStrictEqual(command, ["redis-server", "--maxmemory-policy", "noeviction", "--appendonly", "yes"])
    assert.deepStrictEqual(volumes, ["redis:/data"])
  })

  it("are reached by nginx alone, on the port that Pairroom has", () => {
    const ports = Object.entries(compose.services).flatMap(([name, { ports = [] }]) =>
      ports.map((port) => [name, port])
    )
    assert.deepStrictEqual(ports, [["nginx", `${VARIABLES.PORT.fallback}:80`]])
    assert.match(site, /^ *listen 80;$/m)
    const [file, place] = compose.services["nginx"]!.volumes![0]!.split(":")
    assert.isTrue(existsSync(join(root, "src/container", file!)))
    assert.match(place!, /^\/etc\/nginx\/conf\.d\/.*\.conf$/)
  })

  it.live.skipIf(Nginx.missing !== undefined)("are served by this nginx, but for what operators alone may see", () =>
    Effect.gen(function* () {
      const url = yield* Effect.flatMap(start({ STORE_URL: "memory:" }), address)
      const instance = Number(new URL(url).port)
      const { port } = yield* Nginx.start("container", [instance, instance])
      const status = (path: string) =>
        Effect.promise(async () => (await ask(port, "GET", path))?.status ?? assert.fail(`no answer to ${path}`))
      assert.strictEqual(yield* status("/readyz"), 200)
      assert.strictEqual(yield* status("/metrics"), 404)
      assert.strictEqual((yield* Effect.promise(() => fetch(`${url}/metrics`))).status, 200)
    })
  )
})
