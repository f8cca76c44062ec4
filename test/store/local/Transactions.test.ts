import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, MutableRef, Option, Queue, Scope } from "effect"
import * as Availability from "../../../src/store/local/Availability.ts"
import type { Rows } from "../../../src/store/local/Rows.ts"
import * as Transactions from "../../../src/store/local/Transactions.ts"
import type { RoomChange } from "../../../src/store/RoomStore.ts"
import { damaged } from "../../../src/store/StoredState.ts"
import { room } from "../rooms.ts"

const KEY = "ROOM"
const STATE = room(KEY)

/** Transactions on rows whose disk may be full, and what a subscription of the room is told. */
const begin = Effect.gen(function* () {
  const isFull = MutableRef.make(false)
  const commits = MutableRef.make(0)
  const rows = {
    verify: () => {},
    probe: () => {},
    transaction: (write) => {
      const result = write()
      if (MutableRef.get(isFull)) throw new Error("the disk is full")
      MutableRef.increment(commits)
      return result
    }
  } as Pick<Rows, "verify" | "probe" | "transaction"> as Rows
  const told = yield* Queue.unbounded<RoomChange>()
  const transact = yield* Transactions.make({
    rows,
    availability: yield* Availability.make(rows),
    subscriptions: new Map([[KEY, new Set([told])]]),
    now: Effect.succeed(5)
  })
  return { transact, told, isFull, commits }
})

const written = { key: KEY, room: Option.some(STATE) }

/** A write that tells what it came to, and at what time. */
const write = (outcome: string) => (now: number) => ({ exit: Exit.succeed(`${outcome} at ${now}`), written })

describe("Transactions", () => {
  it.effect("tells those who follow a room of a write before the one who wrote goes on", () =>
    Effect.gen(function* () {
      const { told, transact } = yield* begin
      assert.strictEqual(yield* transact(write("done")), "done at 5")
      assert.deepStrictEqual(yield* Queue.clear(told), [{ room: Option.some(STATE), certain: true }])
    })
  )

  it.effect("gives writes that come at the same time one transaction, and each one its own outcome", () =>
    Effect.gen(function* () {
      const { commits, told, transact } = yield* begin
      const refused = transact(() => ({ exit: Exit.fail("refused") }))
      const outcomes = yield* Effect.all([transact(write("one")), Effect.flip(refused), transact(write("two"))], {
        concurrency: 3
      })
      assert.deepStrictEqual(outcomes, ["one at 5", "refused", "two at 5"])
      assert.strictEqual(MutableRef.get(commits), 1)
      assert.strictEqual((yield* Queue.clear(told)).length, 2)
    })
  )

  it.effect("tells nobody of a transaction that failed, and fails all of its writes", () =>
    Effect.gen(function* () {
      const { isFull, told, transact } = yield* begin
      MutableRef.set(isFull, true)
      const failed = Effect.flip(transact(write("done")))
      const failures = yield* Effect.all([failed, failed], { concurrency: 2 })
      assert.deepStrictEqual(
        failures.map((failure) => failure.cause),
        [new Error("the disk is full"), new Error("the disk is full")]
      )
      MutableRef.set(isFull, false)
      yield* transact(write("done"))
      assert.strictEqual((yield* Queue.clear(told)).length, 1)
    })
  )

  it.effect("fails a write that finds a damaged room alone", () =>
    Effect.gen(function* () {
      const { transact } = yield* begin
      const found = damaged(KEY, "a field is missing")
      const bad = transact<string, never>(() => {
        throw found
      })
      const [failure, outcome] = yield* Effect.all([Effect.flip(bad), transact(write("done"))], { concurrency: 2 })
      assert.strictEqual(failure.cause, found)
      assert.strictEqual(outcome, "done at 5")
    })
  )

  it.effect("fails a write that comes after it was closed", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { transact } = yield* Scope.provide(begin, scope)
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual((yield* Effect.flip(transact(write("done")))).cause, "it is closed")
    })
  )
})
