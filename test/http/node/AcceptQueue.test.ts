import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Server } from "node:net"
import { setImmediate } from "node:timers/promises"
import { turnsAccepting } from "../../../src/http/node/AcceptQueue.ts"

/** The next turn of the event loop of Node. */
const turn = Effect.promise(() => setImmediate())

describe("AcceptQueue", () => {
  it.effect("counts the turns in a row in which a connection was accepted, and begins anew after one without", () =>
    Effect.gen(function* () {
      const server = new Server()
      const turns = turnsAccepting(server)
      assert.strictEqual(turns(), 0)
      for (const round of [1, 2]) {
        for (let count = 1; count <= 5; count++) {
          server.emit("connection")
          server.emit("connection")
          yield* turn
          assert.strictEqual(turns(), count, `turn ${count} of round ${round}`)
        }
        yield* turn
        assert.strictEqual(turns(), 0)
      }
    })
  )
})
