/** A process that makes so many changes to a room in Redis, all at once, and prints how many were made. */
import { Effect, Schedule } from "effect"
import type { AccessCode } from "../../../src/domain/RoomState.ts"
import * as RedisRoomStore from "../../../src/store/redis/RedisRoomStore.ts"
import { RoomStore } from "../../../src/store/RoomStore.ts"
import { nextTurn } from "../rooms.ts"

const [, , url = "", code = "", count = ""] = process.argv

await RoomStore.use((store) =>
  Effect.forEach(
    Array.from({ length: Number(count) }),
    () =>
      store.modify(code as AccessCode, nextTurn).pipe(
        // On a busy machine Redis may count as away for a moment. Then nothing was changed, and the change is made again.
        Effect.retry({
          while: ({ message }) => message.includes("nothing was changed"),
          schedule: Schedule.spaced("100 millis"),
          times: 100
        })
      ),
    { concurrency: "unbounded", discard: true }
  )
).pipe(Effect.provide(RedisRoomStore.layer({ url })), Effect.runPromise)
