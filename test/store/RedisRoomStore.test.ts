import { describe } from "@effect/vitest"
import { Clock, Context, Effect, Layer } from "effect"
import * as RedisRoomStore from "../../src/store/RedisRoomStore.ts"
import * as RedisServer from "../cluster/redis.ts"
import { conformance } from "./conformance.ts"

/** What the store does takes real time, whatever clock a test has. */
const realTime = Layer.succeed(Clock.Clock, Context.get(Context.empty(), Clock.Clock))

describe.skipIf(RedisServer.missing !== undefined)("RedisRoomStore", () => {
  const layer = Layer.unwrap(Effect.map(RedisServer.start(), ({ url }) => RedisRoomStore.layer({ url }))).pipe(
    Layer.provide(realTime)
  )
  conformance("RedisRoomStore", layer)
})
