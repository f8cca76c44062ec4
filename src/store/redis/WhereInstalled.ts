/**
 * The store in Redis for a process that has the package `redis` only where it uses it. The package is loaded when the store is built.
 */
import { Data, Effect, Layer } from "effect"
import type { layer as redisLayer } from "./RedisRoomStore.ts"

/** The package `redis` is not installed. The message says how to install it. */
export class RedisMissing extends Data.TaggedError("RedisMissing")<{ readonly message: string }> {}

const isMissing = (error: unknown) => (error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND"

const missing = new RedisMissing({ message: "the package redis is not installed: `npm install redis` installs it" })

/** As `RedisRoomStore.layer`. Fails with RedisMissing where there is no such package. */
export const layer = (options: Parameters<typeof redisLayer>[0]) =>
  Effect.promise(() => import("./RedisRoomStore.ts")).pipe(
    Effect.catchDefect((error) => (isMissing(error) ? Effect.fail(missing) : Effect.die(error))),
    Effect.map((store) => store.layer(options)),
    Layer.unwrap
  )
