/**
 * Counts the frames that a subscription loses because its client reads too slowly.
 */
import { Effect, MutableRef, type Scope } from "effect"
import { framesDropped } from "./RoomMetrics.ts"
import { FRAMES_BUFFERED, newestPosition, type WatchedRoom } from "./WatchedRoom.ts"

export interface Losses {
  /** A frame was taken. What lies between it and the frame before is lost. */
  readonly taken: (position: number) => void
}

/** Begins to count. At the end of the scope it counts what was lost since the last frame was taken. */
export const make = (room: WatchedRoom, ticks: boolean): Effect.Effect<Losses, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      // Not a Ref: it changes with each event of each client, and an effect would cost time.
      Effect.sync(() => MutableRef.make(newestPosition(room, ticks))),
      (last) => Effect.sync(() => count(room, newestPosition(room, ticks) - FRAMES_BUFFERED - MutableRef.get(last)))
    ),
    (last) => ({
      taken: (position) => {
        count(room, position - MutableRef.get(last) - 1)
        MutableRef.set(last, position)
      }
    })
  )

const count = (room: WatchedRoom, lost: number): void => {
  if (lost > 0) framesDropped.updateUnsafe(lost, room.context)
}
