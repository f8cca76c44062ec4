import { assert, it } from "@effect/vitest"
import { Effect, Queue } from "effect"
import { address, start } from "../instance.ts"
import { follow } from "./follow.ts"

it.live("a room without Effect is made, started and followed", () =>
  Effect.gen(function* () {
    const origin = yield* address(yield* start({ STORE_URL: "memory:" }))
    const said = yield* Queue.unbounded<string>()
    const room = yield* Effect.acquireRelease(
      Effect.promise(() => follow(`${origin}/api`, (line) => void Queue.offerUnsafe(said, line))),
      (room) => Effect.sync(() => room.close())
    )
    assert.strictEqual(yield* Queue.take(said), "start: 600 s left")
    assert.strictEqual(room.room?.lastChange.by, "Mina")
  })
)
