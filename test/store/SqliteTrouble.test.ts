/** What a SqliteRoomStore does when its disk is full, its file is gone, or a record in it is damaged. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Queue, Stream, SubscriptionRef } from "effect"
import { TestClock } from "effect/testing"
import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import type { DatabaseSync } from "node:sqlite"
import type { AccessCode } from "../../src/domain/RoomState.ts"
import { editing, fill, keysIn, newFile, recordedLog, type Store, toldBy, using, usingDatabase } from "./files.ts"
import { nextTurn, room } from "./rooms.ts"

const AWAY = "the store cannot be reached; nothing was changed; try again in a second"
const DAMAGED = "this room's record is damaged and cannot be read; nothing was changed; other rooms are not affected"
const NEWER =
  "this room was written by a newer version of Pairroom, and this version cannot read it; nothing was changed"

const isAvailable = (store: Store) => SubscriptionRef.get(store.available)

/** From now on the disk is full, or has space again. */
const setFull = (database: DatabaseSync, full: boolean) =>
  Effect.sync(() => {
    const pages = full ? Number(database.prepare("PRAGMA page_count").get()?.["page_count"]) : 2 ** 30
    database.exec(`PRAGMA max_page_count = ${pages}`)
  })

/** Creates rooms until the disk has no space for another one. Returns what the last one was told. */
const fillUp = Effect.fnUntraced(function* (store: Store) {
  for (let index = 0; ; index++) {
    const told = yield* toldBy(store.create(room(`FILL${index}`)))
    if (told !== "Success") return told
  }
})

/** What every request for a room is told. */
const answers = (store: Store, code: string) =>
  Effect.all([
    toldBy(store.get(code as AccessCode)),
    toldBy(store.modify(code as AccessCode, nextTurn)),
    toldBy(store.create(room(code))),
    toldBy(Stream.runHead(store.changes(code as AccessCode)))
  ])

describe("SqliteRoomStore, when its disk is full", () => {
  it.effect("is not available until there is space again, without anybody writing, and logs each once", () =>
    Effect.gen(function* () {
      const log = yield* recordedLog
      const file = yield* newFile
      yield* usingDatabase(file, (store, database) =>
        Effect.gen(function* () {
          yield* store.create(room("ROOM"))
          yield* setFull(database, true)
          assert.strictEqual(yield* fillUp(store), AWAY)
          assert.isFalse(yield* isAvailable(store))
          yield* TestClock.adjust("10 seconds")
          assert.isFalse(yield* isAvailable(store))
          yield* setFull(database, false)
          yield* TestClock.adjust("1 second")
          assert.isTrue(yield* isAvailable(store))
        })
      ).pipe(Effect.provide(log.layer))
      assert.deepStrictEqual(yield* log.lines, [
        "Error the store cannot write: database or disk is full",
        "Info the store works again"
      ])
      // What tried whether it works has left nothing behind.
      assert.notInclude(yield* keysIn(file), "")
    })
  )

  it.effect("is not available again because of a command that changes nothing", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      yield* usingDatabase(file, (store, database) =>
        Effect.gen(function* () {
          yield* store.create(room("ROOM"))
          yield* setFull(database, true)
          yield* fillUp(store)
          assert.isFalse(yield* store.create(room("ROOM")))
          assert.isFalse(yield* isAvailable(store))
        })
      )
    })
  )

  it.effect("changes none of the rooms that are written at the same time", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      const many = Array.from({ length: 50 }, (_, index) => room(`MANY${index}`))
      yield* usingDatabase(file, (store, database) =>
        Effect.gen(function* () {
          yield* setFull(database, true)
          const told = yield* Effect.forEach(many, (state) => toldBy(store.create(state)), { concurrency: "unbounded" })
          assert.deepStrictEqual([...new Set(told)], [AWAY])
        })
      )
      assert.deepStrictEqual(yield* keysIn(file), [])
    })
  )
})

describe("SqliteRoomStore, when its file was deleted, replaced or emptied", () => {
  const away: ReadonlyArray<{
    readonly what: string
    readonly suffix?: string
    readonly remove: (file: string) => void
  }> = [
    { what: "deleted", remove: (file) => rmSync(file) },
    { what: "moved away", remove: (file) => renameSync(file, `${file}.old`) },
    {
      what: "replaced by a copy",
      remove: (file) => {
        copyFileSync(file, `${file}.copy`)
        renameSync(`${file}.copy`, file)
      }
    },
    { what: "emptied", remove: (file) => truncateSync(file) },
    { what: "parted from its log, which was emptied", suffix: "-wal", remove: (file) => truncateSync(`${file}-wal`) }
  ]

  it.effect.each(away)(
    "notices within 5 s that it was $what, says so once and accepts no change",
    ({ remove, suffix = "" }) =>
      Effect.gen(function* () {
        const log = yield* recordedLog
        const file = yield* newFile
        yield* using(file, (store) =>
          Effect.gen(function* () {
            yield* store.create(room("ROOM"))
            remove(file)
            yield* TestClock.adjust("5 seconds")
            assert.isFalse(yield* isAvailable(store))
            assert.strictEqual(yield* toldBy(store.modify(room("ROOM").accessCode, nextTurn)), AWAY)
            assert.strictEqual(yield* toldBy(store.create(room("OTHER"))), AWAY)
            yield* TestClock.adjust("1 hour")
            assert.isFalse(yield* isAvailable(store))
            assert.deepStrictEqual(yield* store.get(room("ROOM").accessCode), Option.some(room("ROOM")))
          })
        ).pipe(Effect.provide(log.layer))
        const lines = yield* log.lines
        assert.strictEqual(lines.length, 1)
        assert.include(lines[0], `${file}${suffix} was deleted, replaced or emptied`)
        assert.match(lines[0]!, /^Error .*move the same file back.*restart Pairroom/)
      })
  )

  it.effect("accepts no change from the moment on, even before it was noticed", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      yield* using(file, (store) =>
        Effect.gen(function* () {
          yield* store.create(room("ROOM"))
          renameSync(file, `${file}.old`)
          assert.strictEqual(yield* toldBy(store.modify(room("ROOM").accessCode, nextTurn)), AWAY)
          assert.isFalse(yield* isAvailable(store))
        })
      )
    })
  )

  it.effect.each([{ suffix: "" }, { suffix: "-wal" }])(
    "works again when the same file$suffix is put back, and says so",
    ({ suffix }) =>
      Effect.gen(function* () {
        const log = yield* recordedLog
        const file = yield* newFile
        const path = `${file}${suffix}`
        yield* using(file, (store) =>
          Effect.gen(function* () {
            yield* store.create(room("ROOM"))
            renameSync(path, `${path}.old`)
            yield* TestClock.adjust("5 seconds")
            assert.isFalse(yield* isAvailable(store))
            renameSync(`${path}.old`, path)
            yield* TestClock.adjust("5 seconds")
            assert.isTrue(yield* isAvailable(store))
            yield* store.modify(room("ROOM").accessCode, nextTurn)
          })
        ).pipe(Effect.provide(log.layer))
        const [gone, ...others] = yield* log.lines
        assert.include(gone, `${path} was deleted, replaced or emptied`)
        assert.deepStrictEqual(others, ["Info the store works again"])
        yield* using(file, (store) =>
          Effect.map(store.get(room("ROOM").accessCode), (found) =>
            assert.strictEqual(Option.getOrThrow(found).turn, 2)
          )
        )
      })
  )
})

describe("SqliteRoomStore, when the record of a room cannot be read", () => {
  it.effect.each([
    { what: "no JSON", state: '{"secret', told: DAMAGED, logged: /^Error the record of room BADC… is damaged/ },
    {
      what: "another shape",
      state: '{"version":1}',
      told: DAMAGED,
      logged: /^Error the record of room BADC… is damaged/
    },
    ...[
      { startsComputed: -1e9 },
      { autoStart: { after: -1 } },
      { people: [] },
      { driver: 3 },
      { turn: -1 },
      { id: "a\nid: b" }
    ].map((fields) => ({
      what: `a value that no room has, ${JSON.stringify(fields)}`,
      state: JSON.stringify({ ...room("BADCODE"), ...fields }),
      told: DAMAGED,
      logged: /^Error the record of room BADC… is damaged/
    })),
    {
      what: "a room of a newer version",
      state: JSON.stringify({ ...room("BADCODE"), version: 3 }),
      told: NEWER,
      logged: /^Error room BADC… was written by a newer version of Pairroom \(format 3, this one reads up to 2\)$/
    }
  ])("says so for a record that holds $what, leaves it, and serves the other rooms", ({ logged, state, told }) =>
    Effect.gen(function* () {
      const log = yield* recordedLog
      const file = yield* newFile
      yield* using(file, (store) => Effect.forEach([room("GOOD"), room("BADCODE")], store.create))
      yield* editing(file, (database) =>
        database.prepare("UPDATE rooms SET state = ? WHERE key = 'BADCODE'").run(state)
      )
      yield* using(file, (store) =>
        Effect.gen(function* () {
          assert.deepStrictEqual(yield* answers(store, "badcode"), [told, told, told, told])
          const both = yield* Effect.forEach(
            ["BADCODE", "GOOD"],
            (code) => toldBy(store.modify(room(code).accessCode, nextTurn)),
            { concurrency: "unbounded" }
          )
          assert.deepStrictEqual(both, [told, "Success"])
          assert.isTrue(yield* isAvailable(store))
        })
      ).pipe(Effect.provide(log.layer))
      const lines = yield* log.lines
      assert.strictEqual(lines.length, 5)
      for (const line of lines) assert.match(line, logged)
      assert.notMatch(lines.join(), /BADCO|secret|lemon/)
      const row = yield* editing(file, (database) =>
        database.prepare("SELECT state FROM rooms WHERE key = 'BADCODE'").get()
      )
      assert.strictEqual(row?.["state"], state)
    })
  )

  it.effect("says so for rooms on a damaged page, and serves the other rooms", () =>
    Effect.gen(function* () {
      const log = yield* recordedLog
      const file = yield* newFile
      yield* fill(
        file,
        Array.from({ length: 3_000 }, (_, index) => `ROOM${index}`)
      )
      yield* usingDatabase(file, (store, database) =>
        Effect.gen(function* () {
          // Small, so that the pages are read from the file again.
          database.exec("PRAGMA cache_size = 10; PRAGMA wal_checkpoint(RESTART)")
          const bytes = readFileSync(file)
          const page = Math.floor(bytes.indexOf('"accessCode":"ROOM1500"') / 4_096)
          writeFileSync(file, bytes.fill(0xa5, page * 4_096, (page + 1) * 4_096))
          assert.deepStrictEqual(yield* answers(store, "ROOM1500"), [DAMAGED, DAMAGED, DAMAGED, DAMAGED])
          const heard = yield* Stream.toQueue(store.changes(room("ROOM7").accessCode), { capacity: "unbounded" })
          yield* Queue.take(heard)
          assert.strictEqual(yield* toldBy(store.modify(room("ROOM7").accessCode, nextTurn)), "Success")
          assert.strictEqual(Option.getOrThrow((yield* Queue.take(heard)).room).turn, 2)
          assert.isTrue(yield* store.create(room("NEW")))
          assert.isTrue(yield* isAvailable(store))
        })
      ).pipe(Effect.provide(log.layer))
      assert.deepStrictEqual(
        [...new Set(yield* log.lines)],
        ["Error the record of room ROOM… is damaged and cannot be read (database disk image is malformed)"]
      )
      assert.isTrue(existsSync(file))
    })
  )
})
