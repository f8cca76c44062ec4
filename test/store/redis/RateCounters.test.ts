/** The counters of rates in Redis. */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, References } from "effect"
import { RateLimiter } from "effect/persistence"
import * as RedisRoomStore from "../../../src/store/redis/RedisRoomStore.ts"
import * as RedisServer from "../../cluster/redis.ts"

/** The limiter of one instance. */
const limiterOn = Effect.fnUntraced(function* (url: string, prefix: string) {
  const context = yield* Layer.build(Layer.fresh(RedisRoomStore.layer({ url, prefix }))).pipe(
    Effect.provideService(References.MinimumLogLevel, "None")
  )
  const store = Context.get(context, RateLimiter.RateLimiterStore)
  return yield* Effect.provideService(RateLimiter.make, RateLimiter.RateLimiterStore, store)
})

const command = { key: "commandsPerMinute:192.0.2.1", limit: 3, window: "1 minute" } as const

const reasonOf = <A>(effect: Effect.Effect<A, RateLimiter.RateLimiterError>) =>
  Effect.match(effect, { onSuccess: () => "counted", onFailure: ({ reason }) => reason._tag })

describe.skipIf(RedisServer.missing !== undefined)("the counters in Redis", () => {
  it.live("are shared by all instances, and each address has its own", () =>
    Effect.gen(function* () {
      const { url } = yield* RedisServer.start()
      const [one, other] = [yield* limiterOn(url, "pairroom:"), yield* limiterOn(url, "pairroom:")]
      assert.strictEqual((yield* one.consume(command)).remaining, 2)
      assert.strictEqual((yield* other.consume(command)).remaining, 1)
      assert.strictEqual((yield* one.consume(command)).remaining, 0)
      for (const limiter of [one, other])
        assert.strictEqual(yield* reasonOf(limiter.consume(command)), "RateLimitExceeded")
      const key = "commandsPerMinute:192.0.2.2"
      assert.strictEqual((yield* other.consume({ ...command, key })).remaining, 2)
    })
  )

  it.live("lie under the prefix of the store, and expire within the minute", () =>
    Effect.gen(function* () {
      const redis = yield* RedisServer.start()
      const limiter = yield* limiterOn(redis.url, "team:")
      yield* limiter.consume(command)
      const key = `team:rate:${command.key}`
      assert.include((yield* redis.command("KEYS", "*")).split("\n"), key)
      const left = Number(yield* redis.command("PTTL", key))
      assert.isAbove(left, 0)
      assert.isAtMost(left, 60_000)
    })
  )

  it.live("say that they cannot count while Redis is away or takes no changes, and count again afterwards", () =>
    Effect.gen(function* () {
      const redis = yield* RedisServer.start()
      const limiter = yield* limiterOn(redis.url, "pairroom:")
      yield* redis.command("CONFIG", "SET", "maxmemory", "1")
      assert.strictEqual(yield* reasonOf(limiter.consume(command)), "RateLimitStoreError")
      yield* redis.command("CONFIG", "SET", "maxmemory", "0")
      assert.strictEqual(yield* reasonOf(limiter.consume(command)), "counted")
      yield* redis.kill
      assert.strictEqual(yield* reasonOf(limiter.consume(command)), "RateLimitStoreError")
      yield* redis.restart
      yield* Effect.repeat(reasonOf(limiter.consume(command)), { until: (reason) => reason === "counted" })
    }).pipe(Effect.provideService(References.MinimumLogLevel, "None"))
  )
})
