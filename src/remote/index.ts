/**
 * `pairroom/client/effect`: what an Effect program imports that uses the rooms of a service.
 */
export * as RemoteRooms from "./RemoteRooms.ts"
export { Rooms, type RemoteOptions } from "./RemoteRooms.ts"
export type { AccessCode } from "../domain/RoomState.ts"
export type { RoomEvent } from "../domain/RoomEvent.ts"
export type { RoomView } from "../domain/RoomView.ts"
