import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { HttpServer } from "effect/http"
import { existsSync, readFileSync } from "node:fs"
import { connect } from "node:net"
import { Listener } from "../../../src/http/node/Listener.ts"
import { call, serve } from "../harness.ts"

/** How many the system lets wait to be accepted. Where it does not say so, what is usual outside of Linux. */
const SYSTEM = "/proc/sys/net/core/somaxconn"
const WAITING = existsSync(SYSTEM) ? Number(readFileSync(SYSTEM, "utf8")) : 128

/** More than Node's own queue of 511 has places for. */
const CROWD = Math.min(1_000, WAITING)

/** Connects so many clients before the server can accept one of them. */
const crowd = Effect.fnUntraced(function* (count: number) {
  const { address } = yield* HttpServer.HttpServer
  const { port } = address as { readonly port: number }
  yield* Effect.acquireRelease(
    Effect.sync(() => Array.from({ length: count }, () => connect(port, "127.0.0.1").on("error", () => {}))),
    (sockets) => Effect.sync(() => sockets.forEach((socket) => socket.destroy()))
  )
})

/** One turn of Node's event loop, which accepts those who wait. */
const turn = Effect.callback<void>((resume) => void setImmediate(() => resume(Effect.void)))

/** Waits until nobody waits to be accepted: for so many turns nobody was. */
const allAccepted = Effect.fnUntraced(function* (turns = 20) {
  const { connections } = yield* Listener
  for (let [size, quiet] = [-1, 0]; quiet < turns || size === 0; quiet++) {
    if (connections.size !== size) [size, quiet] = [connections.size, 0]
    yield* turn
  }
})

describe("Listener", () => {
  it.effect("a thousand clients that connect at once are all accepted before one who comes after them", () =>
    Effect.gen(function* () {
      const { connections } = yield* Listener
      yield* crowd(CROWD)
      // Where the queue is full the system drops who comes, and that client tries again a second later, or three.
      yield* allAccepted()
      assert.strictEqual((yield* call("GET", "/healthz")).status, 200)
      assert.isAtLeast(connections.size, CROWD)
    }).pipe(Effect.provide(serve()))
  )
})
