import { assert, it } from "@effect/vitest"
import { Effect, Queue } from "effect"
import { createRoom, openRoom, type RoomClient } from "pairroom/client"
import { address, start } from "../instance.ts"
import { follow, live } from "./follow.ts"

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

/** Who drives once the room is live, or why it is not. */
const outcome = (room: RoomClient) => Effect.promise(() => live(room).then(() => room.room?.driver, String))

it.live("a program can wait for a room to be live, and learns that there is none, or that it has ended", () =>
  Effect.gen(function* () {
    const api = `${yield* address(yield* start({ STORE_URL: "memory:" }))}/api`
    const opened = (code: string) =>
      Effect.acquireRelease(
        Effect.sync(() => openRoom(code, { api })),
        (room) => Effect.sync(() => room.close())
      )
    const made = yield* Effect.promise(() => createRoom({ people: ["Mina", "Jun"], timerDuration: 600_000 }, { api }))
    assert(made.ok)
    const room = yield* opened(made.code)
    assert.strictEqual(yield* outcome(room), "Mina")
    assert.strictEqual(yield* outcome(room), "Mina")
    const states = yield* Queue.unbounded<string>()
    room.on((event) => event.type === "connection" && Queue.offerUnsafe(states, event.connection.state))
    yield* Effect.promise(() => room.complete())
    yield* Effect.repeat(Queue.take(states), { until: (state) => state === "ended" })
    assert.strictEqual(yield* outcome(room), `Error: The room ${made.code} is ended`)
    assert.strictEqual(yield* outcome(yield* opened("2WQYYFY8H7RFD")), "Error: The room 2WQYYFY8H7RFD is missing")
  })
)
