/**
 * How the state of a room changes: by a change in the store, and by what time alone does to it.
 */
import { Effect, Option, Ref } from "effect"
import { isNewer, statesSince } from "../domain/History.ts"
import type { RoomState } from "../domain/RoomState.ts"
import { isDue, settle } from "../domain/Settle.ts"
import type { RoomChange } from "../store/RoomStore.ts"
import * as Frame from "./Frame.ts"
import { announce } from "./PresenceEvents.ts"
import { end, exclusively, publishChange, surroundings, type WatchedRoom } from "./WatchedRoom.ts"

/** Applies a change from the store: publishes every state between the present one and the new one. */
export const applyChange = Effect.fnUntraced(function* (room: WatchedRoom, { certain, room: stored }: RoomChange) {
  if (yield* Ref.get(room.ended)) return
  const seen = yield* Ref.get(room.state)
  const wasCertain = yield* Ref.getAndSet(room.certain, certain)
  if (Option.isNone(stored)) return yield* end(room, Frame.closing(seen, yield* surroundings(room)))
  const now = yield* room.store.now
  const states = statesSince(seen, stored.value, now)
  for (const state of states) yield* enter(room, state)
  yield* Ref.set(room.state, settle(stored.value, now))
  if (states.length === 0 && certain !== wasCertain) {
    yield* publishChange(room, Frame.certainty(yield* Ref.get(room.state), yield* surroundings(room)))
  }
  if (stored.value.streamsEnded > seen.streamsEnded) {
    yield* publishChange(room, Frame.closing(stored.value, yield* surroundings(room)))
  }
})

/** Sets the state and publishes its frame. Both belong together, so run it exclusively. */
const enter = Effect.fnUntraced(function* (room: WatchedRoom, state: RoomState) {
  const before = yield* Ref.getAndSet(room.state, state)
  const around = yield* surroundings(room)
  const frame =
    state.previousId === before.id ? Frame.change(state, around) : Frame.catchUp(state, around, isNewer(state, before))
  // Other instances are told only names of people of the room, so these may be others now.
  if (state.people !== before.people) yield* announce(room)
  yield* state.status === "COMPLETED" ? end(room, frame) : publishChange(room, frame)
})

/**
 * Applies the finish or the start by itself that is due. It asks the store first: somebody may have paused in the last moment. Then
 * that change is on its way here, and it decides. While the store is away, the state that is known here decides. Returns false
 * if nothing was due, or a change is on its way.
 */
export const settleIfDue = (room: WatchedRoom): Effect.Effect<boolean> =>
  Effect.flatMap(room.store.now, (now) => {
    const known = Ref.getUnsafe(room.state)
    return isDue(known, now) ? settleAsStored(room, known) : Effect.succeed(false)
  })

const settleAsStored = Effect.fnUntraced(function* (room: WatchedRoom, known: RoomState) {
  const stored = yield* Effect.catch(room.store.get(room.code), () => Effect.succeedSome(known))
  if (Option.isNone(stored) || stored.value.command.id !== known.command.id) return false
  yield* exclusively(room, settleRoom(room, known))
  return true
})

const settleRoom = Effect.fnUntraced(function* (room: WatchedRoom, known: RoomState) {
  if ((yield* Ref.get(room.state)) !== known) return
  for (const state of statesSince(known, known, yield* room.store.now)) yield* enter(room, state)
})
