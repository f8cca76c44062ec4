import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Option, Stream } from "effect"
import { TestClock } from "effect/testing"
import { DatabaseSync } from "node:sqlite"
import * as LocalRoomStore from "../../../src/store/local/LocalRoomStore.ts"
import type { Rows } from "../../../src/store/local/Rows.ts"
import * as SqliteRows from "../../../src/store/sqlite/SqliteRows.ts"
import { room } from "../rooms.ts"

/** A store in which a room is kept for an hour, and what it writes: inside of a transaction or outside. */
const recorded = Effect.gen(function* () {
  const database = new DatabaseSync(":memory:")
  database.exec("CREATE TABLE rooms (key TEXT PRIMARY KEY, touched_at INTEGER NOT NULL, state TEXT NOT NULL) STRICT")
  const rows = SqliteRows.make(database, [])
  const writes: Array<string> = []
  const noting =
    <Arguments extends ReadonlyArray<unknown>>(name: string, write: (...all: Arguments) => void) =>
    (...all: Arguments) => {
      writes.push(`${name} ${database.isTransaction ? "inside" : "outside"}`)
      write(...all)
    }
  const noted: Rows = {
    ...rows,
    put: noting("put", rows.put),
    delete: noting("delete", rows.delete),
    expire: noting("expire", rows.expire)
  }
  return { store: yield* LocalRoomStore.make(noted, Duration.hours(1)), writes }
})

describe("LocalRoomStore", () => {
  it.effect("writes nothing when somebody watches a code that no room has", () =>
    Effect.gen(function* () {
      const { store, writes } = yield* recorded
      const first = yield* Stream.runHead(store.changes(room("NOBODY").accessCode))
      assert.deepStrictEqual(first, Option.some({ room: Option.none(), certain: true }))
      assert.deepStrictEqual(writes, [])
    })
  )

  it.effect("deletes a room that has expired in a transaction when somebody watches it then", () =>
    Effect.gen(function* () {
      const { store, writes } = yield* recorded
      const state = room("EXPIRED")
      // Not just when the store looks for expired rooms.
      yield* TestClock.adjust("1 minute")
      yield* store.create(state)
      yield* TestClock.adjust("1 hour")
      const first = yield* Stream.runHead(store.changes(state.accessCode))
      assert.deepStrictEqual(first, Option.some({ room: Option.none(), certain: true }))
      assert.deepStrictEqual(writes, ["put inside", "expire inside"])
    })
  )
})
