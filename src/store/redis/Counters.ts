/**
 * Counts what an address does in a minute, for all instances that share a Redis. Each counter is a key that expires by itself.
 */
import { Effect } from "effect"
import { RateLimiter, Redis } from "effect/persistence"
import type { Connection } from "./Connection.ts"

type Store = RateLimiter.RateLimiterStore["Service"]

/** Returns the counters, as `effect`'s RateLimiter needs them. They fail with RateLimitStoreError where Redis cannot be asked. */
export const make = (connection: Connection, prefix: string): Store => {
  const library = RateLimiter.makeStoreRedis({ prefix })
  // The library's counters use one client. Ours changes when a connection is made anew, and may be away.
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
