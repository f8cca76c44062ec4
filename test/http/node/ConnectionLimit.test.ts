import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Listener from "../../../src/http/node/Listener.ts"
import { call, dial, open, raw, serve, watch } from "../harness.ts"

/** One turn of Node's event loop. */
const turn = Effect.callback<void>((resume) => void setImmediate(() => resume(Effect.void)))

/** Waits until the server knows so many connections. */
const connected = (count: number) =>
  Listener.Listener.use(({ connections }) =>
    Effect.repeat(
      Effect.andThen(
        turn,
        Effect.sync(() => connections.size)
      ),
      { until: (size) => size === count }
    )
  )

const HEALTH = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"

describe("the limit of connections", () => {
  it.effect("ends the one that was not used for longest for a new one, and no stream", () =>
    Effect.gen(function* () {
      const code = yield* open()
      yield* connected(0)
      const stream = yield* watch(`/api/${code}/connect`)
      yield* stream.upTo("remaining-time 600000")
      const used = yield* dial("")
      yield* connected(2)
      const silent = yield* dial("")
      yield* connected(3)
      yield* used.write(HEALTH)
      yield* used.upTo("200 OK")
      const slow = yield* dial("GET /healthz HTTP/1.1\r\n")
      assert.strictEqual(yield* silent.closed, "end")
      yield* used.write(HEALTH)
      yield* used.upTo("200 OK")
      assert.strictEqual((yield* call("PATCH", `/api/${code}/timer/start`)).status, 204)
      yield* slow.closed
      yield* stream.upTo("timer start")
    }).pipe(Effect.provide(serve({ connectionsLimit: 3 })))
  )

  it.effect("ends the new one if all others are streams", () =>
    Effect.gen(function* () {
      const code = yield* open()
      yield* connected(0)
      const stream = yield* watch(`/api/${code}/connect`)
      yield* stream.upTo("remaining-time 600000")
      assert.strictEqual(yield* raw(HEALTH), "")
      assert.isFalse(stream.isOver())
      stream.leave()
      yield* connected(0)
      assert.strictEqual((yield* call("GET", "/healthz")).status, 200)
    }).pipe(Effect.provide(serve({ connectionsLimit: 1 })))
  )
})
