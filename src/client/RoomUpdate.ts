/**
 * What a tab learns from the stream of a room, from its own stream or from another tab.
 */
import type { RoomEvent } from "../domain/RoomEvent.ts"
import type { RoomView } from "../domain/RoomView.ts"
import type { SseEvent } from "./Sse.ts"

export type { RoomView }

/** The data of the event `timer`. */
export type TimerChange = Extract<RoomEvent, { readonly event: "timer" }>["data"]

/**
 * How a room's stream is. `ended` is for good: the room was completed or deleted, or its streams were ended on purpose;
 * `missing`: no room has this code.
 */
export type StreamState = "connecting" | "live" | "reconnecting" | "offline" | "ended" | "missing"

export interface RoomUpdate {
  readonly state: StreamState
  /** The last room that was seen, null before the first. */
  readonly room: RoomView | null
  /** The `timer` events that came with it. */
  readonly changes: ReadonlyArray<TimerChange>
  /** The last id that was seen, for a reconnect. */
  readonly id: string
  /** When the server sent it, in milliseconds of the server's clock, if it says so. */
  readonly serverTime: number | null
  /** In how many milliseconds the next attempt to connect comes, where there is no connection. */
  readonly retryIn?: number | undefined
}

/** Is this state for good? Then there is nothing to connect to. */
export const isFinal = (state: StreamState): boolean => state === "ended" || state === "missing"

/** Returns what a whole frame says: the room, null if it does not show it, and the `timer` events. */
export const readFrame = (
  frame: ReadonlyArray<SseEvent>
): { readonly room: RoomView | null; readonly changes: ReadonlyArray<TimerChange> } => {
  const dataOf = (name: string) => frame.filter(({ event }) => event === name).map(({ data }) => data)
  const changes = dataOf("timer") as Array<TimerChange>
  const room = dataOf("room").at(-1)
  return {
    room: room === undefined ? null : (JSON.parse(room) as RoomView),
    // The `pause` after a `stop` is for clients that know no `stop`.
    changes: changes.filter((change, index) => change !== "pause" || changes[index - 1] !== "stop")
  }
}

/** Has this update been seen before? The leader repeats the room when a tab asks for it. */
export const isSame = (room: RoomView, before: RoomView | null): boolean =>
  before !== null && room.id === before.id && room.serverTime === before.serverTime
