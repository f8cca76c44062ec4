/** The clock of Redis is set while rooms are served. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as RedisServer from "../../cluster/redis.ts"
import { nextTurn, room } from "../rooms.ts"
import { type Store, storeAt, until } from "./harness.ts"

/** What a step of the clock of Redis is to the scripts: what they add to it is less, or more, by so much. */
const step = (redis: RedisServer.RedisServer, seconds: number) =>
  redis.command("HINCRBY", "pairroom:clock", "offset", `${seconds * 1_000_000}`)

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

describe.skipIf(RedisServer.missing !== undefined)("a Redis whose clock is set", () => {
  for (const seconds of [20, 3_600]) {
    it.live(`back by ${seconds} s: time goes on, on instances from before and after, and changes are written`, () =>
      Effect.gen(function* () {
        const redis = yield* RedisServer.start()
        const one = yield* storeAt(redis.url)
        const state = room("ROOM")
        yield* one.create(state)
        const driftOfOne = yield* drift(one)
        yield* step(redis, -seconds)
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
      const redis = yield* RedisServer.start()
      const store = yield* storeAt(redis.url)
      const state = room("ROOM")
      yield* store.create(state)
      const driftOfStore = yield* drift(store)
      yield* step(redis, 3_600)
      yield* asked(redis)
      yield* store.modify(state.accessCode, nextTurn)
      assert.isBelow(Math.abs((yield* driftOfStore) - 3_600_000), 500)
    })
  )
})
