/**
 * `pairroom`: what a program that embeds rooms imports. It needs `effect` alone. What needs more has an entry of its own: `http/index.ts`,
 * `http/api/index.ts`, `store/sqlite/index.ts`, `store/redis/index.ts`, `client/index.ts`.
 */
export { Rooms, type WatchOptions } from "./rooms/Rooms.ts"
export { type CommandOptions, type CommandRefusal, type RoomCommands, type SwapOptions } from "./rooms/RoomCommands.ts"
export { RoomSettings } from "./rooms/RoomSettings.ts"
export { WatchedRooms } from "./rooms/WatchedRooms.ts"
export { type RoomSubscription, type SubscribeOptions } from "./rooms/RoomSubscription.ts"
export { type Frame } from "./rooms/Frame.ts"

export { DEFAULT_TTL, RoomStore, type Decision, type RoomChange, type StoredRoom } from "./store/RoomStore.ts"
export { NOBODY, Presence, type Attendance } from "./store/Presence.ts"
export * as MemoryRoomStore from "./store/MemoryRoomStore.ts"

export { isAccessCode, toKey } from "./domain/AccessCode.ts"
export { RoomEvent } from "./domain/RoomEvent.ts"
export { RoomView, TimerView } from "./domain/RoomView.ts"
export {
  Extension,
  NewBreak,
  NewPerson,
  NewRoom,
  Order,
  PersonChange,
  SettingsChange,
  TimerSetting
} from "./domain/RoomInput.ts"
export { Total, TurnsView, TurnView } from "./domain/TurnLog.ts"
export { AccessCode, RoomState } from "./domain/RoomState.ts"
export * from "./domain/errors.ts"
