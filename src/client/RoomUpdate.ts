/**
 * What a room's stream tells a tab, however it comes there: by a stream of its own or from another tab.
 */
import type { RoomEvent, RoomView } from "../domain/RoomEvent.ts"
import type { SseEvent } from "./Sse.ts"

export type { RoomView }

/** What an event named `timer` says. */
export type TimerChange = Extract<RoomEvent, { readonly event: "timer" }>["data"]

/**
 * How a room's stream is. `ended` is for good: the room was completed or deleted, or its streams were ended on purpose;
 * `missing`: no room has this code.
 */
export type StreamState = "connecting" | "live" | "reconnecting" | "offline" | "ended" | "missing"

export interface RoomUpdate {
  readonly state: StreamState
  /** The last that was seen, null before the first. */
  readonly room: RoomView | null
  /** The `timer` events that came with it. */
  readonly changes: ReadonlyArray<TimerChange>
  /** The id of what was seen last, to come back with. */
  readonly id: string
  /** When the server sent it, in milliseconds by its own clock, where it says so. */
  readonly serverTime: number | null
}

export const isFinal = (state: StreamState): boolean => state === "ended" || state === "missing"

/** What a whole frame says; null where it says nothing of the room. */
export const readFrame = (
  frame: ReadonlyArray<SseEvent>
): { readonly room: RoomView | null; readonly changes: ReadonlyArray<TimerChange>; readonly closes: boolean } => {
  const dataOf = (name: string) => frame.filter(({ event }) => event === name).map(({ data }) => data)
  const changes = dataOf("timer") as Array<TimerChange>
  const room = dataOf("room").at(-1)
  return {
    room: room === undefined ? null : (JSON.parse(room) as RoomView),
    // The `pause` after a `stop` is for clients that know no `stop`.
    changes: changes.filter((change, index) => change !== "pause" || changes[index - 1] !== "stop"),
    closes: frame.some(({ event }) => event === "close")
  }
}
