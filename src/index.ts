/**
 * What a program that embeds rooms imports.
 */
export { Rooms, type WatchOptions } from "./rooms/Rooms.ts"
export { type CommandOptions, type Refusal, type RoomCommands, type SwapOptions } from "./rooms/RoomCommands.ts"
export { RoomSettings } from "./rooms/RoomSettings.ts"
export { type RoomSubscription, type SubscribeOptions } from "./rooms/RoomSubscription.ts"
export { type Frame } from "./rooms/Frame.ts"

export { DEFAULT_TTL, RoomStore, type Decision, type RoomChange, type StoredRoom } from "./store/RoomStore.ts"
export { NOBODY, Presence, type Attendance } from "./store/Presence.ts"
export * as MemoryRoomStore from "./store/MemoryRoomStore.ts"
export * as RedisRoomStore from "./store/redis/RedisRoomStore.ts"
export * as SqliteRoomStore from "./store/SqliteRoomStore.ts"

export { Api, prefixed } from "./http/Api.ts"
export { layer as routes } from "./http/Handlers.ts"
export { Drain } from "./http/Drain.ts"

export { isAccessCode, toKey } from "./domain/AccessCode.ts"
export { RoomEvent, RoomView, TimerView } from "./domain/RoomEvent.ts"
export {
  Extension,
  NewBreak,
  NewPerson,
  NewRoom,
  Order,
  PersonChange,
  RoomSettings as SettingsChange,
  TimerSetting
} from "./domain/RoomInput.ts"
export { Total, TurnsView, TurnView } from "./domain/TurnLog.ts"
export { AccessCode, RoomState } from "./domain/RoomState.ts"
export * from "./domain/errors.ts"
