/** What is left of the service after a `kill -9`: everything that was acknowledged. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Queue } from "effect"
import { EventSource } from "eventsource"
import { join } from "node:path"
import { address, ask, start } from "./instance.ts"
import { folder } from "./store/files.ts"

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

/** A file for the rooms, in a folder of its own that is not there yet. */
const sqlite = Effect.map(folder, (path) => ({ STORE_URL: `sqlite:${join(path, "deep", "rooms.db")}` }))

describe.concurrent("after a kill -9 and a new start", () => {
  it.live("every acknowledged command is there, and a running timer runs on", () =>
    Effect.gen(function* () {
      const env = yield* sqlite
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

  it.live("two clients of the same room see the same as before", () =>
    Effect.gen(function* () {
      const env = yield* sqlite
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

  it.live("a room of many people has its log, its totals, its rota, its break and its timer as they were", () =>
    Effect.gen(function* () {
      const env = yield* sqlite
      const first = yield* start(env)
      const before = yield* address(first)
      const { accessCode } = yield* ask(`${before}/api/pair-room`, "POST", {
        people: ["ann", "bo", "한글", "dan"],
        timerDuration: 600_000,
        breaks: { every: 3, duration: 300_000 },
        autoStart: { after: 10_000 },
        goal: "ship it"
      })
      const room = `api/pair-room/${accessCode}`
      const timer = `api/${accessCode}/timer`
      const commands: ReadonlyArray<readonly [method: string, path: string, body?: object]> = [
        ["PATCH", `${timer}/start?by=ann`],
        ["PATCH", `${timer}/next?by=bo`],
        ["PATCH", `${timer}/next?by=bo`],
        ["PATCH", `${room}/people/${encodeURIComponent("한글")}`, { away: true }],
        ["PATCH", `${room}/people/ann`, { name: "anna" }],
        ["DELETE", `${room}/people/bo`],
        ["POST", `${room}/people`, { name: "eve" }],
        ["PATCH", `${timer}/extend`, { time: 60_000 }],
        ["PATCH", `${timer}/break?by=dan`, { duration: 120_000 }]
      ]
      for (const [method, path, body] of commands) assert.isUndefined(yield* ask(`${before}/${path}`, method, body))
      const told = yield* ask(`${before}/${room}`)
      const log = yield* ask(`${before}/${room}/turns`)
      assert.deepInclude(told, { driver: "dan", period: "break", running: true, turn: 4, breakIn: 3 })
      assert.deepStrictEqual(
        log.turns.map(({ driver, ended }: { driver: string; ended: string }) => `${driver} ${ended}`),
        ["anna next", "bo next", "한글 away"]
      )
      yield* first.end("SIGKILL")

      const after = yield* address(yield* start(env))
      const { remainingTime, serverTime, ...found } = yield* ask(`${after}/${room}`)
      const { remainingTime: _, serverTime: _before, ...expected } = told
      assert.deepStrictEqual(found, expected)
      assert.strictEqual(remainingTime, found.endsAt - serverTime)
      assert.deepStrictEqual(yield* ask(`${after}/${room}/turns`), log)
      // The turn that waits behind the break has its extension and what was left.
      yield* ask(`${after}/${timer}/next?by=eve`, "PATCH")
      const back = yield* ask(`${after}/${room}`)
      assert.deepInclude(back, { period: "turn", periodDuration: 660_000, running: true, driver: "dan", turn: 4 })
      assert.deepStrictEqual(yield* ask(`${after}/${room}/turns`), log)
    })
  )
})
