import { assert, describe, it } from "@effect/vitest"
import { Effect, Queue, type Scope } from "effect"
import { EventSource } from "eventsource"
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

interface Process {
  readonly pid: number
  readonly lines: Queue.Queue<string>
  readonly errors: () => string
  /** Ends it with a signal, or waits for its end, and gives its exit code. */
  readonly end: (signal?: NodeJS.Signals) => Effect.Effect<number | null>
}

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "pairroom-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

const start = (env: Record<string, string>): Effect.Effect<Process, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.gen(function* () {
      const lines = yield* Queue.unbounded<string>()
      const child = spawn(process.execPath, ["src/main.ts"], {
        env: { PATH: process.env["PATH"], HOST: "127.0.0.1", PORT: "0", ...env }
      })
      let errors = ""
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        for (const line of text.trim().split("\n")) Queue.offerUnsafe(lines, line)
      })
      child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text))
      const exit = new Promise<number | null>((resolve) => child.on("close", resolve))
      return {
        pid: child.pid ?? 0,
        lines,
        errors: () => errors,
        end: (signal?: NodeJS.Signals) =>
          Effect.promise(() => {
            if (signal !== undefined) child.kill(signal)
            return exit
          })
      }
    }),
    ({ end }) => end("SIGKILL")
  )

/** Waits until it serves, and gives its address. */
const address = ({ lines }: Process) =>
  Effect.map(Queue.take(lines), (line) => line.replace(/^Pairroom is at /, "").replace("localhost", "127.0.0.1"))

const ask = (url: string, method = "GET", body?: unknown) =>
  Effect.promise(async () => {
    const response = await fetch(url, {
      method,
      ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) })
    })
    const text = await response.text()
    return text === "" ? undefined : JSON.parse(text)
  })

/** A browser's stream, as the package `eventsource` has it: what it has seen, but for `room`, up to an event. */
const client = (url: string) =>
  Effect.gen(function* () {
    const seen = yield* Queue.unbounded<string>()
    const stream = yield* Effect.acquireRelease(
      Effect.sync(() => new EventSource(url)),
      (stream) => Effect.sync(() => stream.close())
    )
    for (const name of ["connect", "remaining-time", "timer", "close"]) {
      stream.addEventListener(name, ({ data }) => Queue.offerUnsafe(seen, `${name} ${data}`))
    }
    const until = Effect.fnUntraced(function* (event: string) {
      const events: Array<string> = []
      do events.push(yield* Queue.take(seen))
      while (events.at(-1) !== event)
      return events
    })
    return { until }
  })

describe("the process", () => {
  it.live("prints its address and what to do next, and ends with code 0 on SIGTERM, streams and all", () =>
    Effect.gen(function* () {
      const pairroom = yield* start({ STORE_URL: "memory:" })
      const url = yield* address(pairroom)
      assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/)
      assert.match(yield* Queue.take(pairroom.lines), /browser/)
      const { accessCode } = yield* ask(`${url}/api/pair-room`, "POST", {
        driver: "lemon",
        navigator: "apple",
        timerDuration: 600_000
      })
      const stream = yield* Effect.promise(() => fetch(`${url}/api/${accessCode}/connect`))
      const code = yield* pairroom.end("SIGTERM")
      assert.match(yield* Effect.promise(() => stream.text()), /^retry: \d+\nevent: connect[^]*\n\nretry: \d+\n\n$/)
      assert.strictEqual(code, 0)
      assert.strictEqual(pairroom.errors(), "")
    })
  )

  it.live("answers who asks before it is up", () =>
    Effect.gen(function* () {
      const first = yield* start({ STORE_URL: "memory:" })
      const url = yield* address(first)
      yield* first.end("SIGTERM")
      const second = yield* start({ STORE_URL: "memory:", PORT: new URL(url).port })
      const answer = yield* Effect.tryPromise(() => fetch(`${url}/healthz`)).pipe(Effect.eventually)
      assert.strictEqual(answer.status, 200)
      assert.strictEqual(yield* second.end("SIGTERM"), 0)
    })
  )

  it.live("after a kill -9 every acknowledged command is there, and a running timer runs on", () =>
    Effect.gen(function* () {
      const env = { STORE_URL: `sqlite:${join(yield* folder, "deep", "rooms.db")}` }
      const first = yield* start(env)
      const before = yield* address(first)
      const { accessCode } = yield* ask(`${before}/api/pair-room`, "POST", {
        driver: "lemon",
        navigator: "apple",
        timerDuration: 600_000
      })
      yield* ask(`${before}/api/pair-room/${accessCode}/pair-swap`, "PATCH")
      yield* ask(`${before}/api/${accessCode}/timer/start`, "PATCH")
      const told = yield* ask(`${before}/api/pair-room/${accessCode}`)
      yield* first.end("SIGKILL")
      const after = yield* address(yield* start(env))
      const found = yield* ask(`${after}/api/pair-room/${accessCode}`)
      for (const name of ["id", "driver", "navigator", "running", "endsAt", "turn"]) {
        assert.strictEqual(found[name], told[name], name)
      }
      assert.isTrue(found.running)
      assert.strictEqual(found.remainingTime, found.endsAt - found.serverTime)
    })
  )

  it.live("two clients of the same room see the same, also after a kill -9 and a restart", () =>
    Effect.gen(function* () {
      const env = { STORE_URL: `sqlite:${join(yield* folder, "rooms.db")}` }
      const first = yield* start(env)
      const url = yield* address(first)
      const { accessCode } = yield* ask(`${url}/api/pair-room`, "POST", {
        driver: "lemon",
        navigator: "apple",
        timerDuration: 600_000
      })
      const [one, other] = [
        yield* client(`${url}/api/${accessCode}/connect`),
        yield* client(`${url}/api/${accessCode}/connect`)
      ]
      yield* one.until("remaining-time 600000")
      yield* other.until("remaining-time 600000")
      yield* ask(`${url}/api/${accessCode}/timer/start`, "PATCH")
      for (const each of [one, other]) {
        assert.deepStrictEqual(yield* each.until("remaining-time 599000"), ["timer start", "remaining-time 599000"])
      }
      yield* first.end("SIGKILL")
      yield* start({ ...env, PORT: new URL(url).port })
      for (const each of [one, other]) {
        const seen = yield* each.until("timer running")
        assert.include(seen, "connect OK")
      }
      yield* ask(`${url}/api/${accessCode}/timer/stop`, "PATCH")
      for (const each of [one, other]) yield* each.until("timer pause")
    })
  )

  it.live("does not start with a setting that cannot be used, and says so in one line", () =>
    Effect.gen(function* () {
      const pairroom = yield* start({ HEARTBEAT_INTERVAL: "often" })
      assert.strictEqual(yield* pairroom.end(), 1)
      assert.match(pairroom.errors(), /^pairroom cannot run: HEARTBEAT_INTERVAL: expected .+, got "often"\n$/)
    })
  )

  it.live("does not start on a port that is taken, or with a damaged file, and says so in one line", () =>
    Effect.gen(function* () {
      const { port } = new URL(yield* address(yield* start({ STORE_URL: "memory:" })))
      const second = yield* start({ STORE_URL: "memory:", PORT: port })
      assert.strictEqual(yield* second.end(), 1)
      assert.match(second.errors(), new RegExp(`^pairroom cannot run: HOST, PORT: expected .*${port}.*\n$`))

      const file = join(yield* folder, "rooms.db")
      writeFileSync(file, "no database".repeat(100))
      const third = yield* start({ STORE_URL: `sqlite:${file}` })
      assert.strictEqual(yield* third.end(), 1)
      assert.match(third.errors(), new RegExp(`^pairroom cannot run: STORE_URL: expected .*${file}: .*\n$`))
    })
  )
})
