/**
 * How the state of a room changes: by a change in the store, and by a finish that is due.
 */
import { Effect, Option, Ref } from "effect"
import { type RoomState, settle, statesSince } from "../domain/RoomState.ts"
import { isUp } from "../domain/Timer.ts"
import type { RoomChange } from "../store/RoomStore.ts"
import * as Frame from "./Frame.ts"
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
  const { id, turn } = yield* Ref.getAndSet(room.state, state)
  const around = yield* surroundings(room)
  const frame = state.previousId === id ? Frame.change(state, around) : Frame.catchUp(state, around, state.turn > turn)
  yield* state.status === "COMPLETED" ? end(room, frame) : publishChange(room, frame)
})

/**
 * Makes a finish that is due. It asks the store first: somebody may have paused in the last moment. Then that change is on its
 * way here, and it decides. While the store is away, the state that is known here decides. Returns false if no finish was due.
 */
export const finishIfUp = Effect.fnUntraced(function* (room: WatchedRoom) {
  const known = yield* Ref.get(room.state)
  if (!isUp(known.timer, yield* room.store.now)) return false
  const stored = yield* Effect.catch(room.store.get(room.code), () => Effect.succeedSome(known))
  if (Option.isSome(stored) && stored.value.id === known.id) yield* exclusively(room, finish(room, known))
  return true
})

const finish = Effect.fnUntraced(function* (room: WatchedRoom, known: RoomState) {
  if ((yield* Ref.get(room.state)) === known) yield* enter(room, settle(known, yield* room.store.now))
})
