import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Latch, Layer, Stream } from "effect"
import type { AccessCode } from "../../src/domain/RoomState.ts"
import { Rooms } from "../../src/rooms/Rooms.ts"
import * as MemoryRoomStore from "../../src/store/MemoryRoomStore.ts"
import { RoomStore } from "../../src/store/RoomStore.ts"
import { recordedLog } from "../store/files.ts"
import { open, settled } from "./harness.ts"

describe("followStore", () => {
  it.effect("ends the streams of the room when the store tells of no more changes, and says so in the log", () =>
    Effect.gen(function* () {
      const log = yield* recordedLog
      const isOver = yield* Latch.make()
      const store = Layer.effect(
        RoomStore,
        Effect.map(RoomStore, (store) => ({
          ...store,
          changes: (code: AccessCode) => Stream.interruptWhen(store.changes(code), isOver.await)
        }))
      ).pipe(Layer.provide(MemoryRoomStore.layer()))
      yield* Effect.gen(function* () {
        const rooms = yield* Rooms
        const code = yield* open()
        const watching = yield* Effect.forkChild(Stream.runDrain(rooms.events(code)))
        yield* settled
        assert.isUndefined(watching.pollUnsafe())
        yield* isOver.open
        yield* settled
        assert.deepStrictEqual(watching.pollUnsafe(), Exit.void)
        assert.deepStrictEqual(yield* log.lines, ["Error a room has failed, and its streams end"])
      }).pipe(Effect.provide(Rooms.layer.pipe(Layer.provideMerge(store), Layer.provideMerge(log.layer))))
    })
  )
})
