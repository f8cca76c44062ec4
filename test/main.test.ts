import { assert, describe, it } from "@effect/vitest"
import { Effect, Queue, Schedule } from "effect"
import { spawn } from "node:child_process"
import { writeFileSync } from "node:fs"
import { connect, type Socket } from "node:net"
import { join } from "node:path"
import { freePort } from "./cluster/port.ts"
import { address, ask, compileCache, GREETING, type Instance, start } from "./instance.ts"
import { folder } from "./store/files.ts"

/** A connection, to write bytes to and to hear what comes back, up to a pattern. */
const dial = ({ port }: URL) =>
  Effect.gen(function* () {
    const pieces = yield* Queue.unbounded<string>()
    const socket = yield* Effect.acquireRelease(
      Effect.callback<Socket>((resume) => {
        const socket = connect(Number(port), "127.0.0.1", () => resume(Effect.succeed(socket)))
        socket.setEncoding("utf8").on("data", (text: string) => Queue.offerUnsafe(pieces, text))
        socket.on("error", () => {})
      }),
      (socket) => Effect.sync(() => socket.destroy())
    )
    const heard = Effect.fnUntraced(function* (pattern: RegExp) {
      let text = ""
      while (!pattern.test(text)) text += yield* Queue.take(pieces)
      return text
    })
    return { heard, send: (text: string) => void socket.write(text) }
  })

const NEW_ROOM = JSON.stringify({ driver: "lemon", navigator: "apple", timerDuration: 600_000 })

/** What has Node run this program before the service. */
const before = (program: string) => ({ NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(program)}` })

/** A command that the server has begun with, and whose body is still to come. */
const begun = Effect.fnUntraced(function* (url: URL) {
  const command = yield* dial(url)
  const head = ["host: x", "expect: 100-continue", "content-type: application/json"]
  command.send(`POST /api/pair-room HTTP/1.1\r\n${head.join("\r\n")}\r\ncontent-length: ${NEW_ROOM.length}\r\n\r\n`)
  yield* command.heard(/^HTTP\/1.1 100/)
  return command
})

/** Asks on a new connection whether it takes traffic, until it does not. */
const draining = ({ origin }: URL) =>
  Effect.promise(() => fetch(`${origin}/readyz`, { headers: { connection: "close" } })).pipe(
    Effect.map(({ status }) => status),
    Effect.repeat({ until: (status) => status !== 200 })
  )

/** The signals in the lines about the end of a process that has ended. */
const signalsOfStops = ({ lines }: Instance) =>
  Effect.map(Queue.clear(lines), (all) =>
    all
      .map((line) => JSON.parse(line))
      .flatMap(({ annotations, message }) => (message === "stopped" ? [annotations.signal] : []))
  )

describe.concurrent("the process", () => {
  it.live("prints its address and what to do next, and ends with code 0 on SIGTERM, streams and all", () =>
    Effect.gen(function* () {
      const pairroom = yield* start({ STORE_URL: "memory:", LOG_FORMAT: "pretty" })
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

  it.live("on SIGTERM finishes the command that is under way, and waits for nobody who has sent none", () =>
    Effect.gen(function* () {
      const pairroom = yield* start({ STORE_URL: "memory:" })
      const url = new URL(yield* address(pairroom))
      yield* dial(url)
      const command = yield* begun(url)
      pairroom.signal("SIGTERM")
      assert.strictEqual(yield* draining(url), 503)
      command.send(NEW_ROOM)
      assert.match(yield* command.heard(/"accessCode"/), /HTTP\/1.1 201 [^]*\r\nconnection: close\r\n/i)
      assert.strictEqual(yield* pairroom.end(), 0)
    })
  )

  it.live(
    "ends with code 0 when the time for a shutdown is up, whoever keeps a command back, and says that it has stopped",
    () =>
      Effect.gen(function* () {
        const pairroom = yield* start({ STORE_URL: "memory:", DRAIN_TIMEOUT: "1 second" })
        yield* begun(new URL(yield* address(pairroom)))
        assert.strictEqual(yield* pairroom.end("SIGTERM"), 0)
        assert.deepStrictEqual(yield* signalsOfStops(pairroom), ["SIGTERM"])
      })
  )

  it.live(
    "ends now on a second signal and says that it has stopped, but one Ctrl-C may come twice, by the terminal and by npm",
    () =>
      Effect.gen(function* () {
        // At once, however busy the machine is.
        const again = before('process.once("SIGINT", () => process.emit("SIGINT", "SIGINT"))')
        const env = { STORE_URL: "memory:", DRAIN_TIMEOUT: "1 hour", ...again }
        const [once, twice] = [yield* start(env), yield* start(env)]
        for (const pairroom of [once, twice]) {
          const url = new URL(yield* address(pairroom))
          yield* begun(url)
          pairroom.signal("SIGINT")
          yield* draining(url)
        }
        const code = yield* Effect.sync(() => twice.signal("SIGTERM")).pipe(
          Effect.repeat(Schedule.spaced("50 millis")),
          Effect.raceFirst(twice.end())
        )
        assert.strictEqual(code, 143)
        assert.deepStrictEqual(yield* signalsOfStops(twice), ["SIGINT"])
        assert.isTrue(once.isRunning())
      })
  )

  it.live("answers and keeps rooms while more connections send nothing than it may have descriptors", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "rooms.db")
      const pairroom = yield* start({ STORE_URL: `sqlite:${file}`, LOG_FORMAT: "json" }, "128")
      const url = yield* address(pairroom)
      const { accessCode } = yield* ask(`${url}/api/pair-room`, "POST", JSON.parse(NEW_ROOM))
      const stream = yield* dial(new URL(url))
      stream.send(`GET /api/${accessCode}/connect HTTP/1.1\r\nhost: x\r\n\r\n`)
      yield* stream.heard(/event: remaining-time/)
      for (let count = 0; count < 300; count++) yield* dial(new URL(url))
      const asked = Effect.fnUntraced(function* (request: string, answer: RegExp) {
        const client = yield* dial(new URL(url))
        client.send(`${request} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
        return yield* client.heard(answer)
      })
      yield* asked("GET /healthz", /^HTTP\/1.1 200 /)
      yield* asked(`PATCH /api/${accessCode}/timer/start`, /^HTTP\/1.1 204 /)
      yield* stream.heard(/data: start/)
      const metrics = yield* asked("GET /metrics", /^process_start_time_seconds \d/m)
      const [, hits] = /^pairroom_limits_hit_total{limit="connections"} (\d+)$/m.exec(metrics) ?? []
      assert.isAtLeast(Number(hits), 300 - 128)
      yield* pairroom.end("SIGTERM")
      const warnings = (yield* Queue.clear(pairroom.lines)).filter((line) => line.includes("a limit was hit"))
      assert.strictEqual(warnings.length, 1)
      assert.strictEqual(JSON.parse(warnings[0] ?? "").annotations.limit, "descriptors of the process")
    })
  )

  it.live("ends with code 1 on an exception that nobody has caught, and every line is JSON all the same", () =>
    Effect.gen(function* () {
      const faulty = before('process.on("SIGUSR2", () => { throw new Error("nobody has caught this") })')
      const pairroom = yield* start({ STORE_URL: "memory:", LOG_FORMAT: "json", ...faulty })
      yield* address(pairroom)
      assert.strictEqual(yield* pairroom.end("SIGUSR2"), 1)
      const lines = pairroom.errors().trim().split("\n")
      assert.match(lines.map((line) => JSON.parse(line).message).join(), /nobody has caught this/)
    })
  )

  it.live("logs a warning of Node, but not that a part of Node such as SQLite is experimental", () =>
    Effect.gen(function* () {
      // As soon as the service listens for warnings.
      const warn = `process.on("newListener", (event) => event === "warning" && setImmediate(() => {
        process.emitWarning("new", "ExperimentalWarning"); process.emitWarning("odd") }))`
      const { lines } = yield* start({ STORE_URL: "memory:", LOG_FORMAT: "json", ...before(warn) })
      const { message } = yield* Queue.take(lines).pipe(
        Effect.map((line) => JSON.parse(line) as { readonly level: string; readonly message: string }),
        Effect.repeat({ until: ({ level }) => level === "WARN" })
      )
      assert.strictEqual(message, "Warning: odd")
    })
  )

  it.live("by npm start too: SIGTERM to npm alone drains it, ends npm with code 0 and leaves no process behind", () =>
    Effect.gen(function* () {
      const port = yield* freePort
      const npm = yield* Effect.acquireRelease(
        Effect.sync(() => {
          const env = { ...process.env, ...compileCache, HOST: "127.0.0.1", PORT: String(port), STORE_URL: "memory:" }
          const child = spawn("npm", ["start"], { env, stdio: ["ignore", "pipe", "inherit"] })
          return { child, exit: new Promise<number | null>((resolve) => child.on("exit", resolve)) }
        }),
        ({ child }) => Effect.sync(() => child.kill("SIGKILL"))
      )
      const url = `http://127.0.0.1:${port}`
      yield* Effect.callback<void>((resume) => {
        npm.child.stdout.on("data", (text) => String(text).includes("Pairroom is at") && resume(Effect.void))
      })
      const { accessCode } = yield* ask(`${url}/api/pair-room`, "POST", JSON.parse(NEW_ROOM))
      const stream = yield* Effect.promise(() => fetch(`${url}/api/${accessCode}/connect`))
      npm.child.kill("SIGTERM")
      assert.match(yield* Effect.promise(() => stream.text()), /\n\nretry: \d+\n\n$/)
      assert.strictEqual(yield* Effect.promise(() => npm.exit), 0)
      // Whatever was left behind would hold the port.
      const second = yield* start({ STORE_URL: "memory:", PORT: String(port) })
      assert.strictEqual(yield* address(second), url)
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

  it.live("does not start with a setting that cannot be used, and says so in one line", () =>
    Effect.gen(function* () {
      const pairroom = yield* start({ HEARTBEAT_INTERVAL: "often" })
      assert.strictEqual(yield* pairroom.end(), 1)
      assert.match(pairroom.errors(), /^pairroom cannot run: HEARTBEAT_INTERVAL: expected .+, got "often"\n$/)
    })
  )

  it.live("with JSON prints nothing but JSON, from the greeting with its settings to the line about its end", () =>
    Effect.gen(function* () {
      const pairroom = yield* start({ LOG_FORMAT: "json", LOG_LEVEL: "debug", STORE_URL: "memory:", API_PREFIX: "/v1" })
      const greeting = yield* Queue.take(pairroom.lines)
      const url = GREETING.exec(greeting)?.[1] ?? ""
      const { accessCode } = yield* ask(`${url}/v1/pair-room`, "POST", JSON.parse(NEW_ROOM))
      const stream = yield* Effect.promise(() => fetch(`${url}/v1/${accessCode}/connect`))
      assert.strictEqual(yield* pairroom.end("SIGTERM"), 0)
      yield* Effect.promise(() => stream.text())
      const rest = yield* Queue.clear(pairroom.lines)
      const [first, ...others] = [greeting, ...rest].map((line) => JSON.parse(line))
      assert.strictEqual(first.message, `Pairroom is at ${url}`)
      assert.strictEqual(first.annotations.address, url)
      assert.strictEqual(first.annotations.store, "memory:")
      assert.strictEqual(first.annotations.prefix, "/v1")
      assert.strictEqual(first.annotations.settings.API_PREFIX, "/v1")
      assert.match(first.annotations.version, /^\d+\.\d+\.\d+$/)
      const requests = others.filter(({ message }) => message === "request")
      assert.deepStrictEqual(
        requests.map(({ annotations: { method, route, status } }) => ({ method, route, status })),
        [
          { method: "POST", route: "/v1/pair-room", status: 201 },
          { method: "GET", route: "/v1/:accessCode/connect", status: 200 }
        ]
      )
      const last = others.at(-1)
      assert.strictEqual(last.message, "stopped")
      assert.strictEqual(last.annotations.signal, "SIGTERM")
      assert.strictEqual(last.annotations.streamsEnded, 1)
      assert.isAtLeast(last.annotations.drainMs, 0)
      assert.notInclude(rest.join(""), accessCode)
      // Node warns of what it calls experimental.
      for (const line of pairroom.errors().split("\n").filter(Boolean)) JSON.parse(line)
    })
  )

  it.live("says in JSON why it cannot run, if JSON was asked for", () =>
    Effect.gen(function* () {
      const pairroom = yield* start({ LOG_FORMAT: "json", PORT: "http" })
      assert.strictEqual(yield* pairroom.end(), 1)
      assert.match(JSON.parse(pairroom.errors()).message, /^pairroom cannot run: PORT: expected .+, got "http"$/)
    })
  )

  it.live("does not start on a port that is taken, or with a damaged file, and says so in one line", () =>
    Effect.gen(function* () {
      const { port } = new URL(yield* address(yield* start({ STORE_URL: "memory:" })))
      const second = yield* start({ STORE_URL: "memory:", PORT: port })
      assert.strictEqual(yield* second.end(), 1)
      assert.strictEqual(
        second.errors(),
        `pairroom cannot run: HOST, PORT: expected an address that is free, but 127.0.0.1:${port} is in use; is Pairroom running already?\n`
      )
      const elsewhere = yield* start({ STORE_URL: "memory:", HOST: "192.0.2.1" })
      assert.strictEqual(yield* elsewhere.end(), 1)
      assert.match(
        elsewhere.errors(),
        /^pairroom cannot run: HOST, PORT: expected an address of this machine that it may listen on, got listen EADDRNOTAVAIL.*192\.0\.2\.1.*\n$/
      )

      const file = join(yield* folder, "rooms.db")
      writeFileSync(file, "no database".repeat(100))
      const third = yield* start({ STORE_URL: `sqlite:${file}` })
      assert.strictEqual(yield* third.end(), 1)
      assert.match(third.errors(), new RegExp(`^pairroom cannot run: STORE_URL: expected .*${file}: .*\n$`))
    })
  )
})
