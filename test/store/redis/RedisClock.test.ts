/** The clock of Redis is set while rooms are served. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { existsSync, globSync, mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as RedisServer from "../../cluster/redis.ts"
import type { RoomStore } from "../../../src/store/RoomStore.ts"
import { nextTurn, room } from "../rooms.ts"
import { storeAt, until } from "./harness.ts"

const [library] = globSync("/usr/lib/*/faketime/libfaketime.so.1")

const missing =
  RedisServer.missing ??
  (library === undefined || !existsSync(library)
    ? "libfaketime is missing; these tests need it: apt-get install faketime"
    : undefined)

if (missing !== undefined) console.warn(missing)

/** A Redis whose clock can be set: wrong by so many seconds. */
const start = Effect.gen(function* () {
  const file = join(mkdtempSync(join(tmpdir(), "pairroom-clock-")), "offset")
  const set = (seconds: number) => Effect.sync(() => writeFileSync(file, seconds < 0 ? `${seconds}` : `+${seconds}`))
  yield* set(0)
  const redis = yield* RedisServer.start({
    env: {
      LD_PRELOAD: library ?? "",
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1"
    }
  })
  return { redis, set }
})

type Store = RoomStore["Service"]

/** How far a store's time is from what it was before, less the time that has passed meanwhile, in milliseconds. */
const drift = Effect.fnUntraced(function* (store: Store) {
  const began = performance.now()
  const before = yield* store.now
  return Effect.map(store.now, (now) => now - before - (performance.now() - began))
})

/** Waits until the store has asked Redis for its time again. */
const asked = (redis: RedisServer.RedisServer) =>
  Effect.gen(function* () {
    const count = Effect.map(redis.command("INFO", "commandstats"), (text) =>
      Number(/cmdstat_hmget:calls=(\d+)/.exec(text)?.[1] ?? 0)
    )
    const before = yield* count
    let seen = before
    while (seen === before) {
      yield* until(() => true)
      seen = yield* count
    }
  })

describe.skipIf(missing !== undefined)("a Redis whose clock is set", () => {
  for (const seconds of [20, 3_600]) {
    it.live(`back by ${seconds} s: time goes on, on instances from before and after, and changes are written`, () =>
      Effect.gen(function* () {
        const { redis, set } = yield* start
        const one = yield* storeAt(redis.url)
        const state = room("ROOM")
        yield* one.create(state)
        const driftOfOne = yield* drift(one)
        yield* set(-seconds)
        yield* one.modify(state.accessCode, nextTurn)
        yield* asked(redis)
        yield* one.modify(state.accessCode, nextTurn)
        const other = yield* storeAt(redis.url)
        yield* other.modify(state.accessCode, nextTurn)
        assert.isBelow(Math.abs(yield* driftOfOne), 500)
        const [first, second] = [yield* one.now, yield* other.now]
        assert.isBelow(Math.abs(first - second), 500)
      })
    )
  }

  it.live("forward: time follows, and changes are written", () =>
    Effect.gen(function* () {
      const { redis, set } = yield* start
      const store = yield* storeAt(redis.url)
      const state = room("ROOM")
      yield* store.create(state)
      const driftOfStore = yield* drift(store)
      yield* set(3_600)
      yield* asked(redis)
      yield* store.modify(state.accessCode, nextTurn)
      assert.isBelow(Math.abs((yield* driftOfStore) - 3_600_000), 500)
    })
  )
})
