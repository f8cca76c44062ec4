/**
 * What a room follows: its changes in the store, and who watches it on other instances.
 */
import { type Cause, Effect, Pull, Ref, Stream } from "effect"
import type { StoreUnavailable } from "../domain/errors.ts"
import { changePresence } from "./PresenceEvents.ts"
import * as RoomPresence from "./RoomPresence.ts"
import { exclusively, orEnd, type WatchedRoom } from "./WatchedRoom.ts"

/** Runs a pull until it is done, and then an effect, in a fiber of the room. */
const runPull = (
  room: WatchedRoom,
  pull: Effect.Effect<void, StoreUnavailable | Cause.Done>,
  done: Effect.Effect<void> = Effect.void
) =>
  Effect.forkScoped(
    orEnd(
      room,
      Pull.catchDone(Effect.forever(pull), () => done)
    )
  )

/**
 * Follows the store by a pull that applies its changes. Where the store tells of no more changes the room has failed, because it
 * would show an old state for ever.
 */
export const followStore = (room: WatchedRoom, applied: Effect.Effect<void, StoreUnavailable | Cause.Done>) =>
  runPull(
    room,
    applied,
    Effect.flatMap(Ref.get(room.ended), (ended) =>
      ended ? Effect.void : Effect.die("the store tells of no more changes of this room")
    )
  )

/** Follows who watches the room on other instances: first the present number, then each change. */
export const followOthers = Effect.fnUntraced(function* (room: WatchedRoom) {
  const attendances = yield* Stream.toPull(room.others.changes(room.code))
  const meet = Effect.flatMap(attendances, (news) =>
    exclusively(
      room,
      changePresence(room, (presence) => news.reduce(RoomPresence.meet, presence))
    )
  )
  const hasOthers = yield* Pull.catchDone(Effect.as(meet, true), () => Effect.succeed(false))
  // Without other instances there is nothing to follow.
  if (hasOthers) yield* runPull(room, meet)
})
