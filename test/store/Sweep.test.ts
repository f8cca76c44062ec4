/** The deletion of expired rooms, of which there may be very many. */
import { assert, describe, it, vi } from "@effect/vitest"
import { Duration, Effect, Option, Queue, Stream } from "effect"
import { TestClock } from "effect/testing"
import { statSync, writeFileSync, readFileSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { editing, fill, keysIn, newFile, type Store, turn, untilHolds, using, usingDatabase } from "./files.ts"
import { nextTurn, room } from "./rooms.ts"

const TTL = Duration.hours(1)
const MANY = 3_000
/** The most rows that may be deleted before others have their turn. */
const AT_ONCE = 500

const keys = Array.from({ length: MANY }, (_, index) => `ROOM${index}`)
const expired = TestClock.setTime(Duration.toMillis(TTL) + 1)

const numberOf = (database: DatabaseSync, sql: string) => Number(Object.values(database.prepare(sql).get() ?? {})[0])
const countOf = (database: DatabaseSync) => numberOf(database, "SELECT count(*) FROM rooms")

const turnOf = (store: Store, code: string) =>
  Effect.map(store.get(room(code).accessCode), (found) => Option.getOrUndefined(found)?.turn)

/** Lets minutes pass until something holds. */
const minutesUntil = (holds: () => boolean) =>
  Effect.repeat(Effect.andThen(TestClock.adjust("1 minute"), turn), { until: () => holds() })

/** Collects how many rows each transaction has changed, and in which turn of the event loop. */
const transactions = Effect.gen(function* () {
  const all: Array<{ readonly rows: number; readonly turn: number }> = []
  const exec = DatabaseSync.prototype.exec
  let [turn, before, counts] = [0, 0, true]
  const count = () => {
    turn++
    if (counts) setImmediate(count)
  }
  yield* Effect.acquireRelease(
    Effect.sync(() => {
      count()
      return vi.spyOn(DatabaseSync.prototype, "exec").mockImplementation(function (this: DatabaseSync, sql) {
        exec.call(this, sql)
        if (sql !== "COMMIT") return
        const changes = numberOf(this, "SELECT total_changes()")
        all.push({ rows: changes - before, turn })
        before = changes
      })
    }),
    (spy) =>
      Effect.sync(() => {
        counts = false
        spy.mockRestore()
      })
  )
  return all
})

/** Makes a file as an older release made it: without `auto_vacuum`. */
const fillAsBefore = (file: string) =>
  editing(file, (database) => {
    database.exec(`
      PRAGMA journal_mode = WAL;
      CREATE TABLE rooms (key TEXT PRIMARY KEY, touched_at INTEGER NOT NULL, state TEXT NOT NULL) STRICT, WITHOUT ROWID;
      PRAGMA application_id = ${0x70616972};
      PRAGMA user_version = 1;
      BEGIN`)
    const put = database.prepare("INSERT INTO rooms VALUES (?, 0, ?)")
    for (const key of keys) put.run(key, JSON.stringify(room(key)))
    database.exec("COMMIT")
  })

describe("The sweep of a SqliteRoomStore", () => {
  it.effect("deletes very many expired rooms a few at a time, and lets the event loop turn in between", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      yield* fill(file, keys)
      yield* expired
      const all = yield* transactions
      yield* using(file, () => untilHolds(() => all.reduce((sum, { rows }) => sum + rows, 0) >= MANY), { ttl: TTL })
      const deletions = all.filter(({ rows }) => rows > 0)
      assert.isAtMost(Math.max(...deletions.map(({ rows }) => rows)), AT_ONCE)
      assert.strictEqual(new Set(deletions.map(({ turn }) => turn)).size, deletions.length)
      assert.deepStrictEqual(yield* keysIn(file), [])
    })
  )

  it.effect("gives the space of expired rooms back while it runs", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      yield* fill(file, keys)
      const before = statSync(file).size
      yield* expired
      yield* using(file, () => untilHolds(() => statSync(file).size < before / 20), { ttl: TTL })
    })
  )

  it.effect("leaves what is watched or was changed", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      yield* fill(file, keys)
      yield* usingDatabase(
        file,
        (store, database) =>
          Effect.gen(function* () {
            yield* TestClock.adjust("30 minutes")
            const heard = yield* Stream.toQueue(store.changes(room("ROOM7").accessCode), { capacity: "unbounded" })
            yield* Queue.take(heard)
            yield* store.modify(room("ROOM8").accessCode, nextTurn)
            yield* minutesUntil(() => countOf(database) <= 2)
            assert.strictEqual(yield* turnOf(store, "ROOM7"), 1)
            assert.strictEqual(yield* turnOf(store, "ROOM8"), 2)
          }),
        { ttl: TTL }
      )
    })
  )

  it.effect("leaves a new room that takes the code of an expired one while it runs", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      const last = keys.toSorted().at(-1)!
      yield* fill(file, keys)
      yield* expired
      yield* usingDatabase(
        file,
        (store, database) =>
          Effect.gen(function* () {
            yield* untilHolds(() => countOf(database) < MANY)
            assert.isAbove(countOf(database), AT_ONCE)
            assert.isTrue(yield* store.create(room(last, { turn: 5 })))
            yield* untilHolds(() => countOf(database) === 1)
            assert.strictEqual(yield* turnOf(store, last), 5)
          }),
        { ttl: TTL }
      )
    })
  )

  it.effect("converts a file of an older release with all of its rooms, so that it gives back space too", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      yield* fillAsBefore(file)
      yield* usingDatabase(
        file,
        (store, database) =>
          Effect.gen(function* () {
            assert.strictEqual(numberOf(database, "PRAGMA auto_vacuum"), 2)
            assert.strictEqual(countOf(database), MANY)
            assert.deepStrictEqual(yield* store.get(room("ROOM7").accessCode), Option.some(room("ROOM7")))
          }),
        { ttl: TTL }
      )
      const before = statSync(file).size
      yield* expired
      yield* using(file, () => untilHolds(() => statSync(file).size < before / 20), { ttl: TTL })
    })
  )

  it.effect("deletes the others when the page of some rooms is damaged", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      yield* fill(file, keys)
      yield* usingDatabase(
        file,
        (_, database) =>
          Effect.gen(function* () {
            // Small, so that the pages are read from the file again.
            database.exec("PRAGMA cache_size = 10; PRAGMA wal_checkpoint(RESTART)")
            const bytes = readFileSync(file)
            const page = Math.floor(bytes.indexOf('"accessCode":"ROOM1500"') / 4_096)
            writeFileSync(file, bytes.fill(0xa5, page * 4_096, (page + 1) * 4_096))
            const left = () =>
              numberOf(database, "SELECT count(*) FROM rooms INDEXED BY rooms_touched_at WHERE touched_at >= 0")
            // Those on the page, and some beside it.
            yield* minutesUntil(() => left() < 100)
            assert.isAbove(left(), 0)
          }),
        { ttl: TTL }
      )
    })
  )
})
