/**
 * `pairroom/api`: the definition of the API, for a typed client, also in a browser, and for a program with an API of its own.
 */
export { Api, DEFAULT_PREFIX, prefixed } from "../Api.ts"
export * from "./Middleware.ts"
export { RoomEvent } from "../../domain/RoomEvent.ts"
export { RoomView, TimerView } from "../../domain/RoomView.ts"
export { AccessCode } from "../../domain/RoomState.ts"
export { Total, TurnsView, TurnView } from "../../domain/TurnLog.ts"
export * from "../../domain/errors.ts"
