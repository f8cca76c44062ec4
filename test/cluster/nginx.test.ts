import { assert, describe, it } from "@effect/vitest"
import { Effect, Queue } from "effect"
import { EventSource } from "eventsource"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { address, start } from "../instance.ts"
import { type Block, ask, EventStream } from "./client.ts"
import * as Nginx from "./nginx.ts"
import { freePort } from "./port.ts"

const portOf = (url: string) => Number(new URL(url).port)

const instance = (env: Record<string, string>) =>
  Effect.flatMap(start({ STORE_URL: "memory:", ...env }), (instance) => Effect.map(address(instance), portOf))

const request = (...args: Parameters<typeof ask>) =>
  Effect.promise(async () => (await ask(...args)) ?? assert.fail(`no answer to ${args[1]} ${args[2]}`))

const pair = { driver: "lemon", navigator: "apple", timerDuration: 600_000 }

const watch = (port: number, path: string) =>
  Effect.gen(function* () {
    const seen = yield* Queue.unbounded<Block>()
    const stream = yield* Effect.acquireRelease(
      Effect.sync(() => new EventStream({ path, port: () => port, hear: (block) => Queue.offerUnsafe(seen, block) })),
      (stream) => Effect.sync(() => stream.close())
    )
    const until = Effect.fnUntraced(function* (event: string, data?: string) {
      for (;;) {
        const block = yield* Queue.take(seen)
        if (block.event === event && (data === undefined || block.data === data)) return block
      }
    })
    return { stream, until }
  })

describe.skipIf(Nginx.missing !== undefined)("behind nginx", { concurrent: true }, () => {
  it.live("routed by the prefix of the access code every request for a room reaches the instance that has it", () =>
    Effect.gen(function* () {
      const ports = [yield* instance({ ACCESS_CODE_PREFIX: "IAN" }), yield* instance({ ACCESS_CODE_PREFIX: "IBN" })]
      const { port } = yield* Nginx.start("prefix", ports)
      const codes: Array<string> = []
      for (let room = 0; room < 4; room++) {
        codes.push((yield* request(port, "POST", "/api/pair-room", { body: pair })).json.accessCode)
      }
      assert.deepStrictEqual(codes.map((code) => code.slice(0, 3)).toSorted(), ["IAN", "IAN", "IBN", "IBN"])

      for (const code of codes.flatMap((code) => [code, code.toLowerCase()])) {
        const status = (method: string, path: string, body?: object) =>
          Effect.map(request(port, method, path, body === undefined ? {} : { body }), ({ status }) => status)
        assert.strictEqual(yield* status("GET", `/api/pair-room/${code}`), 200)
        assert.isTrue((yield* request(port, "GET", `/api/pair-room/exists?access_code=${code}`)).json.exists)
        assert.strictEqual(yield* status("PATCH", `/api/pair-room/${code}/pair-swap`), 204)
        assert.strictEqual(yield* status("GET", `/api/${code}/timer`), 200)
        assert.strictEqual(
          yield* status("PATCH", `/api/${code}/timer`, { duration: 60_000, remainingTime: 5_000 }),
          204
        )
        const { until } = yield* watch(port, `/api/${code}/connect`)
        yield* until("connect")
        for (const [command, event] of [
          ["start", "start"],
          ["stop", "pause"],
          ["reset", "update"]
        ]) {
          assert.strictEqual(yield* status("PATCH", `/api/${code}/timer/${command}`), 204)
          yield* until("timer", event)
        }
        assert.strictEqual(yield* status("GET", `/room/${code}`), 200)
        assert.strictEqual(yield* status("DELETE", `/api/${code}/connect`), 204)
        yield* until("close")
      }
      for (const code of codes) {
        const done = { status: "COMPLETED" }
        assert.strictEqual((yield* request(port, "PATCH", `/api/pair-room/${code}/status`, { body: done })).status, 204)
        assert.strictEqual((yield* request(port, "DELETE", `/api/pair-room/${code}`)).status, 204)
      }
    })
  )

  it.live("with stock settings a paused room's stream lives by its heartbeats, and nothing is held back", () =>
    Effect.gen(function* () {
      const { port } = yield* Nginx.start(
        "stock",
        [yield* instance({ HEARTBEAT_INTERVAL: "1 second" })],
        // Sixty by default, with a heartbeat every fifteen.
        "proxy_read_timeout 2s;"
      )
      const { accessCode } = (yield* request(port, "POST", "/api/pair-room", { body: pair })).json
      const { stream, until } = yield* watch(port, `/api/${accessCode}/connect`)
      yield* until("remaining-time", "600000")
      for (let beat = 0; beat < 3; beat++) yield* until("heartbeat")
      yield* request(port, "PATCH", `/api/${accessCode}/timer/start`)
      yield* until("timer", "start")
      yield* until("remaining-time", "599000")
      assert.strictEqual(stream.connections.length, 1)
    })
  )

  it.live("an EventSource of a browser comes back after a kill -9, however often it asks while nobody is there", () =>
    Effect.gen(function* () {
      const folder = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "pairroom-"))),
        (path) => Effect.sync(() => rmSync(path, { recursive: true }))
      )
      const instancePort = yield* freePort
      const env = { PORT: String(instancePort), STORE_URL: `sqlite:${join(folder, "rooms.db")}` }
      const first = yield* start(env)
      yield* address(first)
      const { port, url } = yield* Nginx.start("stock", [instancePort])
      const { accessCode } = (yield* request(port, "POST", "/api/pair-room", { body: pair })).json
      const happened = yield* Queue.unbounded<string>()
      const source = yield* Effect.acquireRelease(
        Effect.sync(() => new EventSource(`${url}/api/${accessCode}/connect`)),
        (source) => Effect.sync(() => source.close())
      )
      source.addEventListener("room", () => Queue.offerUnsafe(happened, "room"))
      source.addEventListener("error", () => Queue.offerUnsafe(happened, "error"))
      const until = (what: string) => Effect.repeat(Queue.take(happened), { until: (one) => one === what })
      yield* until("room")
      yield* first.end("SIGKILL")
      // The stream was cut, and at least one try to come back had no instance.
      yield* until("error")
      yield* until("error")
      assert.notStrictEqual(source.readyState, EventSource.CLOSED)
      yield* start(env)
      yield* until("room")
      assert.strictEqual((yield* request(port, "PATCH", `/api/${accessCode}/timer/start`)).status, 204)
    })
  )

  it.live("where no instance is there, a stream is told to come back, and a command gets 502", () =>
    Effect.gen(function* () {
      const { port } = yield* Nginx.start("round-robin", [yield* freePort, yield* freePort, yield* freePort])
      const answer = yield* Effect.promise(() => fetch(`http://127.0.0.1:${port}/api/AAAAAAAAAAAAA/connect`))
      assert.strictEqual(answer.status, 200)
      assert.strictEqual(answer.headers.get("content-type"), "text/event-stream")
      assert.match(yield* Effect.promise(() => answer.text()), /^retry: \d+\n\n$/)
      const ended = yield* Effect.promise(() =>
        fetch(`http://127.0.0.1:${port}/api/AAAAAAAAAAAAA/connect`, { method: "DELETE" })
      )
      assert.strictEqual(ended.status, 502)
    })
  )
})
