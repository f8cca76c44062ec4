/**
 * What a Redis must be, so that rooms are safe in it.
 */
import { Effect, Option } from "effect"
import type { Send } from "./Connection.ts"
import { RedisUnusable } from "./Failures.ts"

const unusable = (message: string) => Effect.fail(new RedisUnusable({ message }))

/** Fails if this Redis cannot keep rooms. Returns why it may lose some, if it may. */
export const check = Effect.fnUntraced(function* (send: Send) {
  const info = yield* send((redis) => redis.send<string>("INFO"))
  const value = (name: string) => new RegExp(`^${name}:(.*?)\r?$`, "m").exec(info)?.[1]
  const version = value("redis_version") ?? ""
  if (Number.parseInt(version) < 7) return yield* unusable(`expected Redis 7 or later, or Valkey, got ${version}`)
  if (value("role") === "slave") return yield* unusable("it is a replica, which is read-only: expected the primary")
  const policy = value("maxmemory_policy") ?? "noeviction"
  return policy === "noeviction"
    ? Option.none<string>()
    : Option.some(`it may evict rooms (maxmemory-policy): expected noeviction, got ${policy}`)
})
