/**
 * What a program that embeds rooms imports.
 */
export { Rooms, type Refusal, type WatchOptions } from "./rooms/Rooms.ts"
export { RoomSettings } from "./rooms/RoomSettings.ts"

export { RoomStore, type Decision, type RoomChange } from "./store/RoomStore.ts"
export * as MemoryRoomStore from "./store/MemoryRoomStore.ts"
export * as RedisRoomStore from "./store/RedisRoomStore.ts"
export * as SqliteRoomStore from "./store/SqliteRoomStore.ts"

export { Api, prefixed } from "./http/Api.ts"
export { layer as routes } from "./http/Handlers.ts"
export { Drain } from "./http/Drain.ts"

export { isAccessCode } from "./domain/AccessCode.ts"
export { RoomEvent, RoomView, TimerView } from "./domain/RoomEvent.ts"
export { NewRoom, TimerSetting } from "./domain/RoomInput.ts"
export { AccessCode, RoomState } from "./domain/RoomState.ts"
export * from "./domain/errors.ts"
