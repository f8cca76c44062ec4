/**
 * What a room follows: its changes in the store, and who watches it on other instances.
 */
import { type Array as Arr, type Cause, Effect, Pull, Ref } from "effect"
import type { StoreUnavailable } from "../domain/errors.ts"
import { hereOf } from "../domain/RoomEvent.ts"
import type { Attendance } from "../store/Presence.ts"
import type { RoomChange } from "../store/RoomStore.ts"
import { changePresence } from "./PresenceEvents.ts"
import { applyChange } from "./RoomChanges.ts"
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

/** Applies a change of the store, and starts or interrupts the tick fiber accordingly. Run it exclusively. */
export const apply = (room: WatchedRoom, change: RoomChange) =>
  Effect.andThen(applyChange(room, change), room.followTimer)

/**
 * Follows the store: applies every change. Where the store tells of no more changes the room has failed, because it would show an old
 * state for ever.
 */
export const follow = (
  room: WatchedRoom,
  changes: Pull.Pull<Arr.NonEmptyReadonlyArray<RoomChange>, StoreUnavailable>
) =>
  runPull(
    room,
    Effect.flatMap(changes, (news) =>
      Effect.forEach(news, (change) => exclusively(room, apply(room, change)), { discard: true })
    ),
    Effect.flatMap(Ref.get(room.ended), (ended) =>
      ended ? Effect.void : Effect.die("the store tells of no more changes of this room")
    )
  )

/** Follows who watches the room on other instances: first the present number, then each change. */
export const meetOthers = Effect.fnUntraced(function* (
  room: WatchedRoom,
  attendances: Pull.Pull<Arr.NonEmptyReadonlyArray<Attendance>>
) {
  const meet = Effect.flatMap(attendances, (news) =>
    Effect.as(
      exclusively(
        room,
        changePresence(room, (presence) => news.reduce(RoomPresence.meet, presence))
      ),
      true
    )
  )
  // Without other instances there is nothing to follow.
  if (yield* Pull.catchDone(meet, () => Effect.succeed(false))) yield* runPull(room, Effect.asVoid(meet))
})

/** Other instances learn no names but those of people of the room: anybody may connect under any name. */
export const onlyPeople = (room: WatchedRoom, here: Attendance): Attendance => ({
  ...here,
  names: hereOf(Ref.getUnsafe(room.state), here.names)
})
