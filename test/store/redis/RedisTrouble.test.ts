/** What a RedisRoomStore does when the record of a room cannot be read, or when Redis accepts no changes. */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Option, Stream } from "effect"
import type { AccessCode } from "../../../src/domain/RoomState.ts"
import * as RedisRoomStore from "../../../src/store/redis/RedisRoomStore.ts"
import { RoomStore } from "../../../src/store/RoomStore.ts"
import * as RedisServer from "../../cluster/redis.ts"
import { recordedLog, type Store, toldBy } from "../files.ts"
import { nextTurn, room } from "../rooms.ts"
import { until } from "./harness.ts"

const DAMAGED = "this room's record is damaged and cannot be read; nothing was changed; other rooms are not affected"
const NEWER =
  "this room was written by a newer version of Pairroom, and this version cannot read it; nothing was changed"

/** A store on a Redis, and what it logs. */
const start = Effect.fnUntraced(function* (url: string) {
  const log = yield* recordedLog
  const store: Store = yield* Effect.map(Layer.build(RedisRoomStore.layer({ url })), Context.get(RoomStore)).pipe(
    Effect.provide(log.layer)
  )
  return { store, log }
})

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
const newer = JSON.stringify({ ...room("BADCODE"), version: 2 })

const records: ReadonlyArray<{ what: string; set: ReadonlyArray<string>; told: string; logged: RegExp }> = [
  { what: "no JSON", set: ["HSET", KEY, "writes", NAME, "state", '{"secret'], told: DAMAGED, logged: /is damaged/ },
  { what: "a state without its name", set: ["HSET", KEY, "state", newer], told: DAMAGED, logged: /is damaged/ },
  { what: "a name without its state", set: ["HSET", KEY, "writes", NAME], told: DAMAGED, logged: /is damaged/ },
  { what: "no hash", set: ["SET", KEY, "secret"], told: DAMAGED, logged: /is damaged/ },
  {
    what: "a room of a newer version",
    set: ["HSET", KEY, "writes", NAME, "state", newer],
    told: NEWER,
    logged: /^Error room BADC… was written by a newer version of Pairroom \(format 2, this one reads up to 1\)$/
  }
]

describe.skipIf(RedisServer.missing !== undefined)("RedisRoomStore, when the record of a room cannot be read", () => {
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
})
