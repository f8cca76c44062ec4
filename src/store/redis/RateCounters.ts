/**
 * The rate counters of `effect` in a Redis, for all instances that share it. Each counter is a key that expires by itself.
 */
import { Effect } from "effect"
import { RateLimiter, Redis } from "effect/persistence"
import type { Connection } from "./Connection.ts"

type Store = RateLimiter.RateLimiterStore["Service"]

/** Returns the counters, as the RateLimiter needs them. They fail with RateLimitStoreError where Redis cannot be asked. */
export const make = (connection: Connection, prefix: string): Store => {
  const library = RateLimiter.makeStoreRedis({ prefix })
  // The library's counters ask a client directly. Here Redis may not be there yet, and no request waits longer than others.
  const count = <A>(use: (counters: Store) => Effect.Effect<A, RateLimiter.RateLimiterError>) =>
    connection
      .send((redis) =>
        library.pipe(
          Effect.provideService(Redis.Redis, redis),
          Effect.flatMap(use),
          Effect.mapError(({ reason }) => new Redis.RedisError({ cause: "cause" in reason ? reason.cause : reason }))
        )
      )
      .pipe(
        Effect.mapError(
          ({ message }) =>
            new RateLimiter.RateLimiterError({ reason: new RateLimiter.RateLimitStoreError({ message }) })
        )
      )
  return RateLimiter.RateLimiterStore.of({
    fixedWindow: (options) => count(({ fixedWindow }) => fixedWindow(options)),
    tokenBucket: (options) => count(({ tokenBucket }) => tokenBucket(options)),
    adaptiveConsume: (options) => count(({ adaptiveConsume }) => adaptiveConsume(options)),
    adaptiveFeedback: (options) => count(({ adaptiveFeedback }) => adaptiveFeedback(options))
  })
}
