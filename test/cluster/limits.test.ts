/** Limits of several instances that share a Redis. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { address, start } from "../instance.ts"
import * as RedisServer from "./redis.ts"

/** As a proxy on the same machine passes it on. */
const ask = (url: string, method: string, from: string) =>
  Effect.promise(async () => {
    const { headers, status } = await fetch(url, { method, headers: { connection: "close", "x-forwarded-for": from } })
    return { status, retryAfter: headers.get("retry-after") }
  })

const open = (url: string) =>
  Effect.promise(async () => {
    const body = JSON.stringify({ driver: "lemon", navigator: "apple", timerDuration: 600_000 })
    const headers = { "content-type": "application/json" }
    const answer = await fetch(`${url}/api/pair-room`, { method: "POST", headers, body })
    return ((await answer.json()) as { readonly accessCode: string }).accessCode
  })

describe.skipIf(RedisServer.missing !== undefined)("the limits of instances on one Redis", () => {
  it.live("count what an address asks of any of them, and refuse nobody while Redis is away", () =>
    Effect.gen(function* () {
      const redis = yield* RedisServer.start()
      const env = { STORE_URL: redis.url, COMMANDS_PER_MINUTE: "3", LOG_LEVEL: "None" }
      const [one, other] = [yield* Effect.flatMap(start(env), address), yield* Effect.flatMap(start(env), address)]
      const code = yield* open(one)
      const stop = (url: string, from = "192.0.2.1") => ask(`${url}/api/${code}/timer/stop`, "PATCH", from)
      for (const url of [one, other, one]) assert.strictEqual((yield* stop(url)).status, 204)
      for (const url of [one, other]) {
        const { retryAfter, status } = yield* stop(url)
        assert.strictEqual(status, 429)
        assert.isTrue(Number(retryAfter) >= 1 && Number(retryAfter) <= 60)
      }
      yield* redis.kill
      // It is the store that cannot be reached, and no limit.
      for (const url of [one, other, one, other]) assert.strictEqual((yield* stop(url, "192.0.2.2")).status, 503)
    })
  )
})
