/** What the documents show a client to do, done against a service of the test's own. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Queue } from "effect"
import { OpenApi } from "effect/http-api"
import { EventSource } from "eventsource"
import { spawn, spawnSync } from "node:child_process"
import { prefixed } from "../../src/http/Api.ts"
import { address, start } from "../instance.ts"
import { blocks, type Command, commands, DOCUMENTS, read } from "./documents.ts"

const missing =
  spawnSync("curl", ["--version"]).status === 0
    ? undefined
    : "curl is missing; these tests need it: apt-get install curl"

if (missing !== undefined) console.warn(missing)

/** The room of the documents. */
const CODE = "2WQYYFY8H7RFD"

/** A command that runs: what it prints, as it comes, and its end. */
const launch = (text: string) =>
  Effect.acquireRelease(
    Effect.gen(function* () {
      const printed = yield* Queue.unbounded<string>()
      const child = spawn("sh", ["-c", `exec ${text}`])
      const exit = new Promise<number | null>((resolve) => child.on("close", resolve))
      let all = ""
      child.stdout.setEncoding("utf8").on("data", (piece: string) => {
        all += piece
        Queue.offerUnsafe(printed, all)
      })
      child.stderr.setEncoding("utf8").on("data", (piece: string) => (all += piece))
      const end = Effect.map(
        Effect.promise(() => exit),
        (code) => ({ code, all })
      )
      const until = (pattern: RegExp) => Effect.repeat(Queue.take(printed), { until: (text) => pattern.test(text) })
      return { end, until, kill: () => child.kill() }
    }),
    ({ kill }) => Effect.sync(kill)
  )

/** The same keys, in the same order. */
const keysOf = (json: string) => Object.keys(JSON.parse(json))

const curls = (document: string) => commands(document).filter(({ text }) => text.startsWith("curl "))

const perform = Effect.fnUntraced(function* (url: string, all: ReadonlyArray<Command>) {
  let code = ""
  const streams: Array<Effect.Success<ReturnType<typeof launch>>> = []
  for (const { prints, text } of all) {
    const own = text
      .replace(/^curl /, "curl --silent --show-error --fail ")
      .replaceAll("localhost:3000", new URL(url).host)
      .replaceAll(CODE, code)
    if (own.endsWith(" &")) {
      const stream = yield* launch(own.slice(0, -" &".length))
      yield* stream.until(/^event: connect$/m)
      streams.push(stream)
    } else {
      const { all, code: exit } = yield* Effect.flatMap(launch(own), ({ end }) => end)
      assert.strictEqual(exit, 0, `${own}\n${all}`)
      if (prints.startsWith("{")) {
        assert.deepStrictEqual(keysOf(all), keysOf(prints))
        code = JSON.parse(all).accessCode ?? code
      }
      if (text.includes("/timer/start")) yield* Effect.forEach(streams, (stream) => stream.until(/^data: start$/m))
    }
  }
})

describe.skipIf(missing !== undefined)("a request in a document", () => {
  it.live.each(DOCUMENTS.filter((path) => curls(path).length > 0))("is answered as it says: %s", (path) =>
    Effect.gen(function* () {
      const url = yield* Effect.flatMap(start({ STORE_URL: "memory:" }), address)
      yield* perform(url, curls(path))
    })
  )

  it.live("of a browser gives the events that it listens to", () =>
    Effect.gen(function* () {
      const url = yield* Effect.flatMap(start({ STORE_URL: "memory:" }), address)
      const [snippet] = blocks("src/http/README.md", "js")
      const [create] = curls("src/http/README.md")
      const made = yield* launch(create!.text.replace("curl", "curl -s").replace("localhost:3000", new URL(url).host))
      const { accessCode } = JSON.parse((yield* made.end).all)
      const logged = yield* Queue.unbounded<unknown>()
      const opened: Array<EventSource> = []
      class Source extends EventSource {
        constructor(path: string) {
          super(`${url}${path}`)
          opened.push(this)
        }
      }
      yield* Effect.addFinalizer(() => Effect.sync(() => opened.forEach((stream) => stream.close())))
      const run = new Function("EventSource", "console", snippet!.replaceAll(CODE, accessCode))
      run(Source, { log: (value: unknown) => Queue.offerUnsafe(logged, value) })
      const { driver } = (yield* Queue.take(logged)) as { readonly driver: string }
      assert.strictEqual(driver, "lemon")
      assert.strictEqual(yield* Queue.take(logged), "600000 ms left")
      yield* Effect.promise(() => fetch(`${url}/api/${accessCode}/timer/start`, { method: "PATCH" }))
      yield* Effect.repeat(Queue.take(logged), { until: (value) => value === "start" })
      yield* Effect.promise(() => fetch(`${url}/api/${accessCode}/connect`, { method: "DELETE" }))
      assert.strictEqual(opened.length, 1)
      yield* Effect.promise(async () => {
        while (opened[0]!.readyState !== EventSource.CLOSED) await new Promise((resume) => setImmediate(resume))
      })
    })
  )
})

describe("the document on the API", () => {
  it("names every request that the API has, and no other", () => {
    const documented = Array.from(
      read("src/http/README.md").matchAll(/^\| `([A-Z]+) (\/[^`?]*)[^`]*`((?:, `\/\w+`)*)/gm),
      ([, method, path, more]) => [
        `${method} ${path}`,
        ...Array.from(more!.matchAll(/`(\/\w+)`/g), ([, last]) => `${method} ${path!.replace(/\/\w+$/, last!)}`)
      ]
    ).flat()
    const known = Object.entries(OpenApi.fromApi(prefixed("/api")).paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/^\/api\//, "/")}`)
    )
    assert.isAbove(known.length, 25)
    // A request that does two things has two rows.
    assert.deepStrictEqual([...new Set(documented)].toSorted(), known.toSorted())
  })
})
