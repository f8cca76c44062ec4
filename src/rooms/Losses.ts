/**
 * Counts the frames that a subscription loses because its client reads too slowly. It knows the position of the last frame that was
 * taken.
 */
import { MutableRef } from "effect"
import { framesDropped } from "./RoomMetrics.ts"
import { FRAMES_BUFFERED, newestPosition, type WatchedRoom } from "./WatchedRoom.ts"

/** Not a Ref: it changes with each event of each client, and an effect would cost time. */
export type LastTaken = MutableRef.MutableRef<number>

/** Begins to count. */
export const begin = (room: WatchedRoom, ticks: boolean): LastTaken => MutableRef.make(newestPosition(room, ticks))

/** A frame was taken. What lies between it and the frame before is lost. */
export const taken = (room: WatchedRoom, last: LastTaken, position: number): void => {
  count(room, position - MutableRef.get(last) - 1)
  MutableRef.set(last, position)
}

/** Nothing is taken any more. What did not fit into the buffer is lost. */
export const end = (room: WatchedRoom, last: LastTaken, ticks: boolean): void =>
  count(room, newestPosition(room, ticks) - FRAMES_BUFFERED - MutableRef.get(last))

const count = (room: WatchedRoom, lost: number): void => {
  if (lost > 0) framesDropped.updateUnsafe(lost, room.context)
}
