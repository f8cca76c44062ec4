/**
 * `pairroom/client/effect`: what an Effect program imports that uses the rooms of a service.
 */
export * as RemoteRooms from "./RemoteRooms.ts"
export { Rooms, type RemoteOptions } from "./RemoteRooms.ts"
export type { AccessCode } from "../domain/RoomState.ts"
export type { RoomEvent, RoomView } from "../domain/RoomEvent.ts"
