/**
 * Counts the frames that a subscription loses because its client reads too slowly, by the position of the last frame that it has read.
 */
import { MutableRef, Ref } from "effect"
import { framesDropped } from "./RoomMetrics.ts"
import { type Broadcast, FRAMES_BUFFERED, type WatchedRoom } from "./WatchedRoom.ts"

/** Not a Ref: it changes with each event of each client, and an effect would cost time. */
export type LastRead = MutableRef.MutableRef<number>

/** Begins to count. */
export const begin = ({ count }: Broadcast): LastRead => MutableRef.make(Ref.getUnsafe(count))

/** A frame was read. What lies between it and the frame before is lost. */
export const read = (room: WatchedRoom, last: LastRead, position: number): void => {
  add(room, position - MutableRef.get(last) - 1)
  MutableRef.set(last, position)
}

/** Nothing is read any more. What did not fit into the buffer is lost. */
export const end = (room: WatchedRoom, last: LastRead, { count }: Broadcast): void =>
  add(room, Ref.getUnsafe(count) - FRAMES_BUFFERED - MutableRef.get(last))

const add = (room: WatchedRoom, lost: number): void => {
  if (lost > 0) framesDropped.updateUnsafe(lost, room.context)
}
