/** Rooms as their clients see them, brought to where they are by commands and the clock. */
import { Effect, Layer } from "effect"
import type { RoomView } from "../../../src/domain/RoomView.ts"
import type { AccessCode } from "../../../src/domain/RoomState.ts"
import { Rooms } from "../../../src/rooms/Rooms.ts"
import * as MemoryRoomStore from "../../../src/store/MemoryRoomStore.ts"

export const rooms = Rooms.layer.pipe(Layer.provide(MemoryRoomStore.layer()))

/** Three people with a quarter of an hour. */
export const trio = { people: ["ann", "bo", "cleo"], timerDuration: 900_000 }

/** A new room, and how it is seen. */
export const openRoom = Effect.fnUntraced(function* (room: object = {}) {
  const service = yield* Rooms
  const { accessCode: code } = yield* service.create({ ...trio, ...room })
  return { code, rooms: service, seen: service.get(code) } satisfies {
    readonly code: AccessCode
    readonly rooms: Rooms["Service"]
    readonly seen: Effect.Effect<RoomView, unknown>
  }
})
