import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, Ref, Stream } from "effect"
import type { AccessCode } from "../../src/domain/RoomState.ts"
import { Rooms } from "../../src/rooms/Rooms.ts"
import { WatchedRooms } from "../../src/rooms/WatchedRooms.ts"
import * as MemoryRoomStore from "../../src/store/MemoryRoomStore.ts"
import { RoomStore } from "../../src/store/RoomStore.ts"
import { open, watch } from "./harness.ts"

describe("WatchedRooms", () => {
  it.effect("a room can be watched again at once after a defect while it was built", () =>
    Effect.gen(function* () {
      const fails = yield* Ref.make(true)
      const store = Layer.effect(
        RoomStore,
        Effect.map(RoomStore, (store) => ({
          ...store,
          changes: (code: AccessCode) =>
            Stream.unwrap(
              Effect.flatMap(Ref.getAndSet(fails, false), (failed) =>
                failed ? Effect.die("a defect") : Effect.succeed(store.changes(code))
              )
            )
        }))
      ).pipe(Layer.provide(MemoryRoomStore.layer()))
      yield* Effect.gen(function* () {
        const rooms = yield* WatchedRooms
        const code = yield* open()
        assert.isTrue(Exit.hasDies(yield* Effect.exit(Effect.scoped(rooms.watch(code)))))
        const room = yield* watch(code)
        assert.deepStrictEqual(room.snapshot, ["connect", "room", "remaining-time 600000"])
      }).pipe(Effect.provide(Rooms.layer.pipe(Layer.provideMerge(store))))
    })
  )
})
