import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import type { AccessCode } from "../../src/domain/RoomState.ts"
import { Rooms } from "../../src/rooms/Rooms.ts"
import * as MemoryRoomStore from "../../src/store/MemoryRoomStore.ts"
import { RoomStore } from "../../src/store/RoomStore.ts"
import { tagOf } from "../store/files.ts"
import { open } from "./harness.ts"

/** Rooms in a store that can be read, and in which no room can be changed. */
const layer = Rooms.layer.pipe(
  Layer.provideMerge(
    Layer.effect(
      RoomStore,
      Effect.map(RoomStore, (store) => ({ ...store, modify: () => Effect.die("a change was tried") }))
    ).pipe(Layer.provide(MemoryRoomStore.layer()))
  )
)

describe("a command with an input that is wrong", () => {
  it.effect("only reads the room, and says whether there is one", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const code = yield* open()
      for (const [typed, tag] of [
        [code, "BadRequest"],
        ["NOBODY" as AccessCode, "RoomNotFound"]
      ] as const) {
        const refusals = yield* Effect.all([
          tagOf(rooms.update(typed, { duration: -1 })),
          tagOf(rooms.addPerson(typed, { name: "" })),
          tagOf(rooms.changePerson(typed, "lemon", { name: "" }))
        ])
        assert.deepStrictEqual(refusals, [tag, tag, tag])
      }
    }).pipe(Effect.provide(layer))
  )
})
