/**
 * How to connect to a Redis: with a client of our own, or with one of the program.
 */
import * as NodeRedis from "@effect/platform-node/NodeRedis"
import { Context, Effect, Exit, Fiber, Layer, MutableRef, References, Scope } from "effect"
import type { Redis } from "effect/persistence"
import { ErrorReply } from "redis"
import { RedisUnusable } from "./Failures.ts"

export type Client = Context.Context<Redis.Redis | NodeRedis.NodeRedis>

/**
 * Connects, and tries as long as it takes. It fails where Redis itself refuses us, such as for a wrong password. `lastError`
 * is set whenever an attempt fails.
 */
export type Connect = (
  lastError: MutableRef.MutableRef<unknown>
) => Effect.Effect<Client, Redis.RedisError, Scope.Scope>

/** How long a connection may be silent before it is given up, and how long one may take to be made, in milliseconds. */
const SOCKET_TIMEOUT = 3_000
const CONNECT_TIMEOUT = 1_000

/** How soon a broken connection is made anew, at first and at most, in milliseconds. */
const RECONNECT_LEAST = 10
const RECONNECT_MOST = 500

/** How long closing waits for the answers of Redis, in milliseconds. */
const CLOSE_LIMIT = 1_000

/** Returns how to connect to the Redis at `url`. */
export const connectTo = (url: string): Connect =>
  Effect.fnUntraced(function* (lastError) {
    const scope = yield* Scope.make()
    const isConnected = MutableRef.make(false)
    const client = NodeRedis.layer({
      url,
      RESP: 3,
      disableOfflineQueue: true,
      maintNotifications: "disabled",
      socket: {
        connectTimeout: CONNECT_TIMEOUT,
        socketTimeout: SOCKET_TIMEOUT,
        // The library's own callback, which it asks after each attempt that failed. An error that is returned ends the attempts.
        reconnectStrategy: (retries, cause) => {
          MutableRef.set(lastError, cause)
          if (!MutableRef.get(isConnected) && cause instanceof ErrorReply) return cause
          return Math.min(RECONNECT_MOST, RECONNECT_LEAST * 2 ** retries) * (0.5 + Math.random() / 2)
        }
      }
    })
    // The library waits for the answers of a Redis that may hang. We wait for a moment only.
    yield* Effect.addFinalizer(() =>
      Effect.forkDetach(Scope.close(scope, Exit.void), { startImmediately: true }).pipe(
        Effect.flatMap(Fiber.await),
        Effect.timeoutOption(CLOSE_LIMIT)
      )
    )
    // The library logs each attempt that fails. The connection logs when Redis goes away and comes back, which is enough.
    const services = yield* Layer.buildWithScope(client, scope).pipe(
      Effect.provideService(References.MinimumLogLevel, "None")
    )
    MutableRef.set(isConnected, true)
    yield* Effect.addFinalizer(() => Effect.sync(() => Context.get(services, NodeRedis.NodeRedis).client.destroy()))
    return services
  })

/** Returns how to use the client that is in the context. Fails where that client cannot do what the store needs. */
export const connectWithContext: Effect.Effect<Connect, RedisUnusable, Redis.Redis | NodeRedis.NodeRedis> = Effect.gen(
  function* () {
    const services = yield* Effect.context<Redis.Redis | NodeRedis.NodeRedis>()
    const { client } = Context.get(services, NodeRedis.NodeRedis)
    if (client.options.disableOfflineQueue !== true || (client.options.RESP ?? 3) < 3) {
      return yield* new RedisUnusable({ message: "expected a client with disableOfflineQueue, and RESP 3" })
    }
    return () => Effect.succeed(services)
  }
)
