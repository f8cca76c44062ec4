/** A process that makes so many changes to a room in Redis, all at once, and prints how many were made. */
import { Effect } from "effect"
import type { AccessCode } from "../../../src/domain/RoomState.ts"
import * as RedisRoomStore from "../../../src/store/redis/RedisRoomStore.ts"
import { RoomStore } from "../../../src/store/RoomStore.ts"
import { nextTurn } from "../rooms.ts"

const [, , url = "", code = "", count = ""] = process.argv

await RoomStore.use((store) =>
  Effect.forEach(Array.from({ length: Number(count) }), () => store.modify(code as AccessCode, nextTurn), {
    concurrency: "unbounded",
    discard: true
  })
).pipe(Effect.provide(RedisRoomStore.layer({ url })), Effect.runPromise)
