import { assert, describe, it, vi } from "@effect/vitest"
import { Duration, Effect, Layer, Option, Queue, Schema, Stream, SubscriptionRef } from "effect"
import { TestClock } from "effect/testing"
import { spawn } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { RoomState } from "../../src/domain/RoomState.ts"
import { running } from "../../src/domain/Timer.ts"
import * as SqliteRoomStore from "../../src/store/SqliteRoomStore.ts"
import { conformance, conformanceInTime } from "./conformance.ts"
import { editing, folder, newFile, tagOf, using } from "./files.ts"
import { nextTurn, remove, room } from "./rooms.ts"

const layerOf = (options?: { readonly ttl: Duration.Duration }) =>
  Layer.unwrap(Effect.map(newFile, (file) => SqliteRoomStore.layer(file, options)))

conformance("SqliteRoomStore", layerOf())
conformanceInTime("SqliteRoomStore", layerOf)

/** A disk that fails with each transaction while `fails` is true. */
const failingDisk = Effect.gen(function* () {
  const disk = { fails: false }
  const exec = DatabaseSync.prototype.exec
  yield* Effect.acquireRelease(
    Effect.sync(() =>
      vi.spyOn(DatabaseSync.prototype, "exec").mockImplementation(function (this: DatabaseSync, sql) {
        if (disk.fails && sql === "COMMIT") throw new Error("disk I/O error")
        exec.call(this, sql)
      })
    ),
    (spy) => Effect.sync(() => spy.mockRestore())
  )
  return disk
})

/** A file with so many rooms that they take many pages. */
const filledFile = Effect.gen(function* () {
  const file = yield* newFile
  const rooms = Array.from({ length: 200 }, (_, index) => room(`ROOM${index}`))
  yield* using(file, (store) => Effect.forEach(rooms, store.create, { concurrency: "unbounded" }))
  return file
})

/** The error of a start that must fail; it names the file in one line. */
const refusal = Effect.fnUntraced(function* (file: string) {
  const error = yield* Effect.flip(using(file, () => Effect.void))
  assert.instanceOf(error, SqliteRoomStore.StoreFileError)
  assert.strictEqual(error.file, file)
  assert.isTrue(error.message.startsWith(`${file}: `), error.message)
  assert.notInclude(error.message, "\n")
  return error.message
})

/** The same, and the file is left as it is, with nothing beside it that was not there. */
const refusalThatTouchesNothing = Effect.fnUntraced(function* (file: string) {
  const look = () => ({ bytes: readFileSync(file).toString("base64"), folder: readdirSync(dirname(file)) })
  const before = look()
  const message = yield* refusal(file)
  assert.deepStrictEqual(look(), before)
  return message
})

const PAGE = 4_096
const pageOverwritten = (bytes: Buffer, page: number, byte: number) =>
  Buffer.concat([bytes.subarray(0, page * PAGE), Buffer.alloc(PAGE, byte), bytes.subarray((page + 1) * PAGE)])

const damages: ReadonlyArray<{ readonly what: string; readonly damage: (bytes: Buffer) => Buffer | string }> = [
  { what: "garbage", damage: () => Buffer.alloc(10_000, 0xa5) },
  { what: "text", damage: () => "these are the notes of someone else\n".repeat(100) },
  { what: "cut off in the middle", damage: (bytes) => bytes.subarray(0, Math.floor(bytes.length / 2)) },
  { what: "cut off after its first page", damage: (bytes) => bytes.subarray(0, PAGE) },
  { what: "cut off in its header", damage: (bytes) => bytes.subarray(0, 50) },
  { what: "overwritten in its first page", damage: (bytes) => pageOverwritten(bytes, 0, 0xa5) },
  { what: "overwritten in a page of rooms", damage: (bytes) => pageOverwritten(bytes, 5, 0xa5) },
  {
    what: "overwritten with zeros in its last page",
    damage: (bytes) => pageOverwritten(bytes, bytes.length / PAGE - 1, 0)
  }
]

const strangers: ReadonlyArray<{ readonly what: string; readonly sql: string }> = [
  { what: "with tables", sql: "CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('mine')" },
  { what: "with a table named like ours", sql: "CREATE TABLE rooms (key TEXT, touched_at INTEGER, state TEXT)" },
  { what: "in WAL mode", sql: "PRAGMA journal_mode = WAL; CREATE TABLE notes (text TEXT)" },
  { what: "with an application_id and no table yet", sql: "PRAGMA application_id = 77" }
]

/** Starts `writer.ts` on a file; it is killed at the end of the test if it was not before. */
const startWriter = Effect.fnUntraced(function* (file: string) {
  const script = new URL("writer.ts", import.meta.url).pathname
  const writer = yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn(process.execPath, ["--no-warnings", script, file], { stdio: ["ignore", "pipe", "inherit"] })
    ),
    (writer) => Effect.sync(() => writer.kill("SIGKILL"))
  )
  let output = ""
  writer.stdout.setEncoding("utf8").on("data", (text: string) => (output += text))
  /** What was printed whole. */
  const lines = () => output.split("\n").slice(0, -1)
  return {
    acknowledged: Effect.sync(() => lines().map((line) => JSON.parse(line) as RoomState)),
    printed: (count: number) =>
      Effect.callback<void>((resume) => {
        const look = () => {
          if (lines().length >= count) resume(Effect.void)
        }
        writer.stdout.on("data", look)
        writer.once("close", () => resume(Effect.die(new Error("the writer has ended"))))
        look()
      }),
    kill: Effect.callback<NodeJS.Signals | null>((resume) => {
      writer.once("close", (_, signal) => resume(Effect.succeed(signal)))
      writer.kill("SIGKILL")
    })
  }
})

describe("SqliteRoomStore", () => {
  it.effect("is refused at once where no folder can be made for it", () =>
    Effect.gen(function* () {
      assert.match(yield* refusal("/proc/pairroom/rooms.db"), /ENOENT/)
    })
  )

  it.effect("has what was acknowledged when it is closed and opened again", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      const [kept, changed, deleted] = [room("KEPT", { timer: running(123_456) }), room("CHANGED"), room("DELETED")]
      yield* using(file, (store) =>
        Effect.all([
          Effect.forEach([kept, changed, deleted], store.create),
          store.modify(changed.accessCode, nextTurn),
          store.modify(deleted.accessCode, remove)
        ])
      )
      yield* using(file, (store) =>
        Effect.gen(function* () {
          assert.deepStrictEqual(yield* store.get(kept.accessCode), Option.some(kept))
          assert.deepStrictEqual(yield* store.get(changed.accessCode), Option.some({ ...changed, turn: 2 }))
          assert.deepStrictEqual(yield* store.get(deleted.accessCode), Option.none())
          assert.isFalse(yield* store.create(kept))
        })
      )
    })
  )

  it.effect("has what was acknowledged after a kill -9, running timers with the same end", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      const writer = yield* startWriter(file)
      yield* writer.printed(200)
      assert.strictEqual(yield* writer.kill, "SIGKILL")
      const acknowledged = yield* writer.acknowledged
      assert.isAtLeast(acknowledged.length, 200)
      const last = new Map(acknowledged.map((state) => [state.accessCode, state]))
      yield* using(file, (store) =>
        Effect.forEach(last.values(), (state) =>
          Effect.gen(function* () {
            const stored = Option.getOrThrow(yield* store.get(state.accessCode))
            // What was written last may have been killed before it was printed.
            assert.include([state.turn, state.turn + 1], stored.turn)
            assert.deepStrictEqual({ ...stored, turn: state.turn }, state)
            assert.strictEqual(stored.timer._tag, "Running")
          })
        )
      )
    })
  )

  it.effect("is refused to a second process, and free when the first has ended", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      const writer = yield* startWriter(file)
      yield* writer.printed(1)
      assert.include(yield* refusal(file), "another process has it open, perhaps a Pairroom that is running already")
      yield* writer.kill
      yield* using(file, () => Effect.void)
    })
  )

  it.effect("deletes at the start what expired while it was closed", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      const options = { ttl: Duration.hours(1) }
      const [old, recent] = [room("OLD"), room("RECENT")]
      yield* using(file, (store) => store.create(old), options)
      yield* TestClock.adjust("1 minute")
      yield* using(file, (store) => store.create(recent), options)
      yield* TestClock.adjust("59 minutes")
      yield* using(file, () => TestClock.adjust("1 millis"), options)
      const keys = yield* editing(file, (database) => database.prepare("SELECT key FROM rooms").all())
      assert.deepStrictEqual(
        keys.map(({ key }) => key),
        ["RECENT"]
      )
    })
  )

  it.effect("keeps its write-ahead log in full sync and its file to itself", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      const exec = yield* Effect.acquireRelease(
        Effect.sync(() => vi.spyOn(DatabaseSync.prototype, "exec")),
        (spy) => Effect.sync(() => spy.mockRestore())
      )
      yield* using(file, (store) =>
        Effect.gen(function* () {
          yield* store.create(room("ROOM"))
          const database = exec.mock.contexts[0] as DatabaseSync
          const pragma = (name: string) => database.prepare(`PRAGMA ${name}`).get()?.[name]
          assert.strictEqual(pragma("journal_mode"), "wal")
          assert.strictEqual(pragma("synchronous"), 2)
          assert.strictEqual(pragma("locking_mode"), "exclusive")
          assert.deepStrictEqual([...readFileSync(file).subarray(18, 20)], [2, 2])
          assert.isTrue(existsSync(`${file}-wal`))
        })
      )
      assert.deepStrictEqual(readdirSync(dirname(file)), ["rooms.db"])
    })
  )

  it.effect("writes a state as its Schema encodes it", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      const state = room("ROOM", { goal: "레몬 👩‍💻", timer: running(123_456), finishedAt: 5 })
      yield* using(file, (store) => store.create(state))
      const row = yield* editing(file, (database) => database.prepare("SELECT state FROM rooms").get())
      assert.deepStrictEqual(JSON.parse(String(row?.["state"])), yield* Schema.encodeEffect(RoomState)(state))
    })
  )

  it.effect("changes and announces nothing when its disk fails, and goes on when it is back", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      const rooms = [room("ONE"), room("TWO")]
      const disk = yield* failingDisk
      yield* using(file, (store) =>
        Effect.gen(function* () {
          yield* Effect.forEach(rooms, store.create)
          const heard = yield* Stream.toQueue(store.changes(rooms[0]!.accessCode), { capacity: "unbounded" })
          assert.deepStrictEqual((yield* Queue.take(heard)).room, Option.some(rooms[0]!))
          const countAll = Effect.forEach(rooms, ({ accessCode }) => tagOf(store.modify(accessCode, nextTurn)), {
            concurrency: "unbounded"
          })
          disk.fails = true
          assert.deepStrictEqual(yield* countAll, ["StoreUnavailable", "StoreUnavailable"])
          const unchanged = yield* Effect.forEach(rooms, ({ accessCode }) => store.get(accessCode))
          assert.deepStrictEqual(unchanged, rooms.map(Option.some))
          disk.fails = false
          assert.deepStrictEqual(yield* countAll, ["Success", "Success"])
          assert.deepStrictEqual((yield* Queue.take(heard)).room, Option.some({ ...rooms[0]!, turn: 2 }))
        })
      )
    })
  )

  it.effect("is not available while its disk fails, and tries each second whether it works again", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      const disk = yield* failingDisk
      yield* using(file, (store) =>
        Effect.gen(function* () {
          const isAvailable = SubscriptionRef.get(store.available)
          yield* store.create(room("ROOM"))
          assert.isTrue(yield* isAvailable)
          disk.fails = true
          assert.strictEqual(yield* tagOf(store.modify(room("ROOM").accessCode, nextTurn)), "StoreUnavailable")
          assert.isFalse(yield* isAvailable)
          yield* TestClock.adjust("5 seconds")
          assert.isFalse(yield* isAvailable)
          disk.fails = false
          yield* TestClock.adjust("999 millis")
          assert.isFalse(yield* isAvailable)
          yield* TestClock.adjust("1 millis")
          assert.isTrue(yield* isAvailable)
        })
      )
    })
  )

  it.effect("is available again with the first write that works", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      const disk = yield* failingDisk
      yield* using(file, (store) =>
        Effect.gen(function* () {
          const seen = yield* Stream.toQueue(SubscriptionRef.changes(store.available), { capacity: "unbounded" })
          assert.isTrue(yield* Queue.take(seen))
          for (const [index, fails] of [true, false, true, false].entries()) {
            disk.fails = fails
            yield* Effect.ignore(store.create(room(`ROOM${index}`)))
          }
          assert.deepStrictEqual(yield* Queue.takeN(seen, 4), [false, true, false, true])
        })
      )
    })
  )

  it.effect("makes the folder of its file if it is missing", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "data", "pairroom", "rooms.db")
      yield* using(file, (store) => store.create(room("ROOM")))
      assert.isTrue(existsSync(file))
    })
  )

  it.effect.each(damages)("refuses a file that is $what, names it and leaves it as it is", ({ damage }) =>
    Effect.gen(function* () {
      const file = yield* filledFile
      writeFileSync(file, damage(readFileSync(file)))
      assert.match(yield* refusalThatTouchesNothing(file), /damaged/)
    })
  )

  it.effect.each(strangers)("refuses a database of another program $what and leaves it as it is", ({ sql }) =>
    Effect.gen(function* () {
      const file = yield* newFile
      yield* editing(file, (database) => database.exec(sql))
      assert.include(yield* refusalThatTouchesNothing(file), "another program")
    })
  )

  it.effect("refuses a file of a newer version and leaves it as it is", () =>
    Effect.gen(function* () {
      const file = yield* filledFile
      yield* editing(file, (database) => database.exec("PRAGMA user_version = 2"))
      assert.include(yield* refusalThatTouchesNothing(file), "newer Pairroom (version 2, this one reads up to 1)")
    })
  )

  it.effect("refuses a folder in the place of its file", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "rooms.db")
      mkdirSync(path)
      yield* refusal(path)
    })
  )

  it.effect("refuses a path on which no file can be", () =>
    Effect.gen(function* () {
      const path = yield* folder
      writeFileSync(join(path, "notes"), "a file, not a folder")
      yield* refusal(join(path, "notes", "rooms.db"))
      yield* refusal(join(path, "notes", "data", "rooms.db"))
      assert.deepStrictEqual(readdirSync(path), ["notes"])
    })
  )

  it.effect("refuses a path that leads through a file", () =>
    Effect.gen(function* () {
      const file = yield* filledFile
      yield* refusal(join(file, "rooms.db"))
      yield* refusal(join(file, "data", "rooms.db"))
    })
  )

  it.effect.each([
    { what: "no JSON", state: "{" },
    { what: "another shape", state: '{"version":1}' },
    { what: "a newer shape", state: JSON.stringify({ ...room("BAD"), version: 3 }) }
  ])("fails for a room whose row holds $what, and for no other", ({ state }) =>
    Effect.gen(function* () {
      const file = yield* newFile
      const [good, bad, fine] = [room("GOOD"), room("BAD"), room("FINE")]
      yield* using(file, (store) => Effect.forEach([good, bad, fine], store.create))
      yield* editing(file, (database) => database.prepare("UPDATE rooms SET state = ? WHERE key = 'BAD'").run(state))
      yield* using(file, (store) =>
        Effect.gen(function* () {
          assert.strictEqual(yield* tagOf(store.get(bad.accessCode)), "StoreUnavailable")
          assert.strictEqual(yield* tagOf(store.create(bad)), "StoreUnavailable")
          assert.strictEqual(yield* tagOf(Stream.runHead(store.changes(bad.accessCode))), "StoreUnavailable")
          const outcomes = yield* Effect.forEach(
            [good, bad, fine],
            ({ accessCode }) => tagOf(store.modify(accessCode, nextTurn)),
            { concurrency: "unbounded" }
          )
          assert.deepStrictEqual(outcomes, ["Success", "StoreUnavailable", "Success"])
          assert.isTrue(yield* SubscriptionRef.get(store.available))
        })
      )
      yield* using(file, (store) =>
        Effect.gen(function* () {
          assert.deepStrictEqual(yield* store.get(good.accessCode), Option.some({ ...good, turn: 2 }))
          assert.deepStrictEqual(yield* store.get(fine.accessCode), Option.some({ ...fine, turn: 2 }))
        })
      )
      const row = yield* editing(file, (database) =>
        database.prepare("SELECT state FROM rooms WHERE key = 'BAD'").get()
      )
      assert.strictEqual(row?.["state"], state)
    })
  )
})
