/**
 * `pairroom/client`: a room in a browser or in Node. It imports nothing of `effect` at run time.
 */
export {
  openRoom,
  type ClientEvent,
  type CommandOptions,
  type CommandResult,
  type Connection,
  type RoomClient,
  type RoomOptions,
  type RoomView,
  type StreamState,
  type TimerChange,
  type TimerSetting
} from "./RoomClient.ts"
export { createRoom, exists, type ApiOptions, type NewRoom } from "./Rooms.ts"
export { type SettingsChange, type TurnsView } from "./Commands.ts"
export { browser, type Environment, type Signal } from "./Environment.ts"
export { type Conflict, type Failure, type Reason, type Result } from "./Requests.ts"
