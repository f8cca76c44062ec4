/**
 * How everyone in a room learns who watches it: by presence events, which show the number of connections and the names. The first one is
 * published at once, the next ones at most once a second, and less often in a crowd. The other instances are told of each change.
 */
import { Duration, Effect, FiberHandle, Ref, Schedule } from "effect"
import { hereOf } from "../domain/RoomView.ts"
import * as Frame from "./Frame.ts"
import * as RoomPresence from "./RoomPresence.ts"
import { exclusively, publishChange, run, surroundings, type WatchedRoom } from "./WatchedRoom.ts"

/** Returns who is here after a change at `now`, in milliseconds by the clock of the store. */
type Change = (presence: RoomPresence.RoomPresence, now: number) => RoomPresence.RoomPresence

/**
 * Changes who is here, and runs the fiber that publishes presence events if there is something to publish. Run it exclusively:
 * two changes at the same time would lose one of them.
 */
export const changePresence = (room: WatchedRoom, change: Change): Effect.Effect<void> =>
  Effect.flatMap(room.store.now, (now) => {
    const before = Ref.getUnsafe(room.presence)
    const after = change(RoomPresence.forget(before, now), now)
    return Ref.set(room.presence, after).pipe(Effect.andThen(announce(room)), Effect.andThen(plan(room, before, after)))
  })

/** Ends the fiber of the presence events if there is nothing to do, and starts it anew if there is something to do sooner. */
const plan = (room: WatchedRoom, before: RoomPresence.RoomPresence, after: RoomPresence.RoomPresence) => {
  if (!isAnythingPlanned(after)) return FiberHandle.clear(room.presenceFiber)
  if (RoomPresence.nextAt(after) < RoomPresence.nextAt(before)) {
    return run(room, room.presenceFiber, presenceEvents(room))
  }
  // It runs already, and wakes up in time.
  return Effect.void
}

/** Tells the other instances who watches the room here: no names but those of people of the room, for anybody may take any name. */
export const announce = (room: WatchedRoom): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (Ref.getUnsafe(room.replaced)) return Effect.void
    const here = RoomPresence.attendance(Ref.getUnsafe(room.presence))
    return room.others.announce(room.code, { ...here, names: hereOf(Ref.getUnsafe(room.state), here.names) })
  })

/** Publishes presence events as long as there is something to publish or somebody is expected back. */
const presenceEvents = (room: WatchedRoom): Effect.Effect<void> =>
  Effect.repeat(exclusively(room, publishIfDue(room)), untilDue(room)).pipe(Effect.asVoid)

const publishIfDue = Effect.fnUntraced(function* (room: WatchedRoom) {
  const now = yield* room.store.now
  const before = yield* Ref.get(room.presence)
  const presence = RoomPresence.forget(before, now)
  const isDue = RoomPresence.isDue(presence, now)
  yield* Ref.set(room.presence, isDue ? RoomPresence.published(presence, now) : presence)
  if (presence !== before) yield* announce(room)
  if (isDue) yield* publishChange(room, Frame.presence(yield* Ref.get(room.state), yield* surroundings(room)))
})

const untilDue = (room: WatchedRoom) =>
  Schedule.forever.pipe(
    Schedule.while(() => Effect.map(Ref.get(room.presence), isAnythingPlanned)),
    Schedule.addDelay(() =>
      Effect.zipWith(Ref.get(room.presence), room.store.now, (presence, now) =>
        Duration.millis(Math.max(1, RoomPresence.nextAt(presence) - now))
      )
    )
  )

const isAnythingPlanned = (presence: RoomPresence.RoomPresence) =>
  RoomPresence.nextAt(presence) < Number.POSITIVE_INFINITY
