/** What a RedisRoomStore does when the record of a room cannot be read, or when Redis accepts no changes. */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Option, Stream, SubscriptionRef } from "effect"
import type { AccessCode } from "../../../src/domain/RoomState.ts"
import * as RedisRoomStore from "../../../src/store/redis/RedisRoomStore.ts"
import { RoomStore } from "../../../src/store/RoomStore.ts"
import * as RedisServer from "../../cluster/redis.ts"
import { recordedLog, type Store, toldBy } from "../files.ts"
import { nextTurn, room } from "../rooms.ts"
import { patient, until, waiting } from "./harness.ts"

const AWAY = "the store cannot be reached; nothing was changed; try again in a second"
const DAMAGED = "this room's record is damaged and cannot be read; nothing was changed; other rooms are not affected"
const NEWER =
  "this room was written by a newer version of Pairroom, and this version cannot read it; nothing was changed"
const UNTOLD = "NOPERM this user has no permissions to publish on pairroom:changes"

/** A store on a Redis, and what it logs. */
const start = Effect.fnUntraced(function* (url: string) {
  const log = yield* recordedLog
  const store: Store = yield* Effect.map(
    Layer.build(RedisRoomStore.layer({ ...patient, url })),
    Context.get(RoomStore)
  ).pipe(waiting, Effect.provide(log.layer))
  return { store, log }
})

/** Waits until the store is available, or is not. */
const untilAvailable = (store: Store, available: boolean) =>
  until(() => SubscriptionRef.getUnsafe(store.available) === available)

const refusals: ReadonlyArray<{ what: string; on: Commands; off: Commands; reason: string }> = [
  {
    what: "is out of memory",
    on: [["CONFIG", "SET", "maxmemory", "1"]],
    off: [["CONFIG", "SET", "maxmemory", "0"]],
    reason: "OOM command not allowed when used memory > 'maxmemory'."
  },
  {
    what: "cannot write its snapshots",
    on: [["CONFIG", "SET", "save", "3600 1"], ["CONFIG", "SET", "dir", "/proc"], ["BGSAVE"]],
    off: [["CONFIG", "SET", "save", ""]],
    reason: "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk."
  },
  {
    what: "misses its replicas",
    on: [["CONFIG", "SET", "min-replicas-to-write", "1"]],
    off: [["CONFIG", "SET", "min-replicas-to-write", "0"]],
    reason: "NOREPLICAS Not enough good replicas to write."
  }
]
type Commands = ReadonlyArray<ReadonlyArray<string>>

/** What every request for a room is told. */
const answers = (store: Store, code: string) =>
  Effect.all([
    toldBy(store.get(code as AccessCode)),
    toldBy(store.modify(code as AccessCode, nextTurn)),
    toldBy(store.create(room(code))),
    toldBy(Stream.runHead(store.changes(code as AccessCode)))
  ])

const KEY = "pairroom:room:BADCODE"
const NAME = "another name"
const newer = JSON.stringify({ ...room("BADCODE"), version: 3 })

const records: ReadonlyArray<{ what: string; set: ReadonlyArray<string>; told: string; logged: RegExp }> = [
  { what: "no JSON", set: ["HSET", KEY, "writes", NAME, "state", '{"secret'], told: DAMAGED, logged: /is damaged/ },
  { what: "a state without its name", set: ["HSET", KEY, "state", newer], told: DAMAGED, logged: /is damaged/ },
  { what: "a name without its state", set: ["HSET", KEY, "writes", NAME], told: DAMAGED, logged: /is damaged/ },
  { what: "no hash", set: ["SET", KEY, "secret"], told: DAMAGED, logged: /is damaged/ },
  {
    what: "a room of a newer version",
    set: ["HSET", KEY, "writes", NAME, "state", newer],
    told: NEWER,
    logged: /^Error room BADC… was written by a newer version of Pairroom \(format 3, this one reads up to 2\)$/
  }
]

describe.skipIf(RedisServer.missing !== undefined)(
  "RedisRoomStore, when the record of a room cannot be read",
  { concurrent: true },
  () => {
    it.live.each(records)(
      "says so for a key that holds $what, leaves it, and serves the others",
      ({ logged, set, told }) =>
        Effect.gen(function* () {
          const redis = yield* RedisServer.start()
          const { log, store } = yield* start(redis.url)
          yield* store.create(room("GOOD"))
          yield* redis.command(...set)
          const before = yield* redis.command("DUMP", KEY)
          assert.deepStrictEqual(yield* Effect.provide(answers(store, "badcode"), log.layer), [told, told, told, told])
          assert.strictEqual(yield* redis.command("DUMP", KEY), before)
          assert.strictEqual(yield* toldBy(store.modify(room("GOOD").accessCode, nextTurn)), "Success")
          const lines = (yield* log.lines).filter((line) => line.startsWith("Error"))
          assert.strictEqual(lines.length, 4)
          for (const line of lines) assert.match(line, logged)
          assert.include(lines[0], "BADC…")
          assert.notMatch(lines.join(), /BADCO|secret|lemon/)
        })
    )

    it.live("goes on to read the others again when the record of a watched room is damaged", () =>
      Effect.gen(function* () {
        const redis = yield* RedisServer.start()
        const { store } = yield* start(redis.url)
        const seen: Record<string, Array<number>> = { BADCODE: [], GOOD: [] }
        for (const code of ["BADCODE", "GOOD"]) {
          yield* store.create(room(code))
          yield* store.changes(room(code).accessCode).pipe(
            Stream.runForEach((change) => Effect.sync(() => seen[code]!.push(Option.getOrThrow(change.room).turn))),
            Effect.forkScoped
          )
        }
        yield* until(() => seen["BADCODE"]!.length + seen["GOOD"]!.length === 2)
        yield* redis.command("SET", KEY, "no room")
        yield* redis.command(
          "HSET",
          "pairroom:room:GOOD",
          "writes",
          NAME,
          "state",
          JSON.stringify(room("GOOD", { turn: 7 }))
        )
        yield* until(() => seen["GOOD"]!.length === 2)
        assert.deepStrictEqual(seen, { BADCODE: [1], GOOD: [1, 7] })
      })
    )
  }
)

describe.skipIf(RedisServer.missing !== undefined)(
  "RedisRoomStore, when Redis takes no changes",
  { concurrent: true },
  () => {
    it.live.each(refusals)(
      "is not available while Redis $what, without anybody writing, and what it holds is served",
      ({ off, on, reason }) =>
        Effect.gen(function* () {
          const redis = yield* RedisServer.start({ settings: { "enable-protected-configs": "yes" } })
          const { log, store } = yield* start(redis.url)
          const state = room("ROOM")
          yield* store.create(state)
          const certainty: Array<boolean> = []
          yield* store.changes(state.accessCode).pipe(
            Stream.runForEach(({ certain }) => Effect.sync(() => certainty.push(certain))),
            Effect.forkScoped
          )
          yield* Effect.forEach(on, (command) => redis.command(...command))
          yield* untilAvailable(store, false)
          assert.strictEqual(yield* toldBy(store.modify(state.accessCode, nextTurn)), AWAY)
          assert.strictEqual(yield* toldBy(store.create(room("OTHER"))), AWAY)
          assert.deepStrictEqual(yield* store.get(state.accessCode), Option.some(state))
          assert.strictEqual(yield* toldBy(Stream.runHead(store.changes(state.accessCode))), "Success")
          yield* Effect.forEach(off, (command) => redis.command(...command))
          yield* untilAvailable(store, true)
          assert.strictEqual(yield* toldBy(store.modify(state.accessCode, nextTurn)), "Success")
          assert.deepStrictEqual([...new Set(certainty)], [true])
          const lines = yield* log.lines
          assert.strictEqual(lines.length, 3)
          assert.include(lines[1], `Error Redis does not keep rooms safely: ${reason}`)
          assert.deepStrictEqual([lines[0], lines[2]], ["Info Redis is there", "Info Redis keeps rooms again"])
          assert.deepStrictEqual(yield* redis.command("KEYS", "*:room:*"), "pairroom:room:ROOM")
          assert.deepStrictEqual(yield* redis.command("KEYS", "*probe*"), "")
        })
    )

    it.live("changes nothing where it may not tell others of it, and says which right is missing", () =>
      Effect.gen(function* () {
        const redis = yield* RedisServer.start()
        const allow = (...rights: ReadonlyArray<string>) =>
          redis.command("ACL", "SETUSER", "pair", "on", ">secret", "~*", "+@all", "resetchannels", ...rights)
        const url = redis.url.replace("redis://", "redis://pair:secret@")
        yield* allow("&*", "-publish")
        assert.strictEqual((yield* Effect.flip(start(url))).message, UNTOLD)
        yield* allow("&pairroom:changes", "&pairroom:presence")
        const { log, store } = yield* start(url)
        yield* store.create(room("ROOM"))
        yield* allow("&pairroom:*", "-publish")
        yield* untilAvailable(store, false)
        assert.strictEqual(yield* toldBy(store.create(room("OTHER"))), AWAY)
        yield* allow("&pairroom:*", "+publish")
        yield* untilAvailable(store, true)
        assert.deepStrictEqual(yield* redis.command("KEYS", "*:room:*"), "pairroom:room:ROOM")
        assert.deepStrictEqual(yield* log.lines, [
          "Info Redis is there",
          `Warn Redis is away: ${UNTOLD}`,
          "Info Redis is there"
        ])
      })
    )

    it.live("is not available from the first change on that Redis refuses", () =>
      Effect.gen(function* () {
        const redis = yield* RedisServer.start()
        const { store } = yield* start(redis.url)
        yield* redis.command("CONFIG", "SET", "maxmemory", "1")
        assert.strictEqual(yield* toldBy(store.create(room("ROOM"))), AWAY)
        assert.isFalse(yield* SubscriptionRef.get(store.available))
      })
    )

    it.live("starts on a Redis that is out of memory, and is available when that is over", () =>
      Effect.gen(function* () {
        const redis = yield* RedisServer.start({ settings: { maxmemory: "1" } })
        const { store } = yield* start(redis.url)
        assert.isFalse(yield* SubscriptionRef.get(store.available))
        yield* redis.command("CONFIG", "SET", "maxmemory", "0")
        yield* untilAvailable(store, true)
      })
    )

    it.live("is not available while Redis may evict rooms, says so once, and keeps on serving them", () =>
      Effect.gen(function* () {
        const redis = yield* RedisServer.start()
        const { log, store } = yield* start(redis.url)
        yield* store.create(room("ROOM"))
        yield* redis.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        yield* untilAvailable(store, false)
        assert.strictEqual(yield* toldBy(store.modify(room("ROOM").accessCode, nextTurn)), "Success")
        yield* redis.command("CONFIG", "SET", "maxmemory-policy", "noeviction")
        yield* untilAvailable(store, true)
        // On a busy machine Redis may be late between, and is said to be there again.
        const lines = Array.from(yield* log.lines).filter((line) => !line.includes("there"))
        assert.deepStrictEqual(lines, [
          "Error Redis does not keep rooms safely: it may evict rooms (maxmemory-policy): expected noeviction, got allkeys-lru",
          "Info Redis keeps rooms again"
        ])
      })
    )
  }
)
