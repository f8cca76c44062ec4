/** A store of a program's own: the rooms are a value in memory, which every room that is watched follows. */
import { Clock, Effect, HashMap, Layer, Stream, SubscriptionRef } from "effect"
import { type RoomState, roomNotFound, Rooms, RoomStore, toKey } from "pairroom"

const ownStore = Layer.effect(
  RoomStore,
  Effect.gen(function* () {
    const rooms = yield* SubscriptionRef.make(HashMap.empty<string, RoomState>())
    return RoomStore.of({
      create: (state) =>
        SubscriptionRef.modify(rooms, (all) =>
          HashMap.has(all, toKey(state.accessCode))
            ? [false, all]
            : [true, HashMap.set(all, toKey(state.accessCode), state)]
        ),
      get: (code) => Effect.map(SubscriptionRef.get(rooms), HashMap.get(toKey(code))),
      modify: Effect.fnUntraced(function* (code, decide) {
        const now = yield* Clock.currentTimeMillis
        return yield* SubscriptionRef.modifyEffect(rooms, (all) =>
          Effect.fromOption(HashMap.get(all, toKey(code))).pipe(
            Effect.mapError(roomNotFound),
            Effect.flatMap((state) => Effect.fromResult(decide(state, now))),
            Effect.map((room) => [room, HashMap.modifyAt(all, toKey(code), () => room)] as const)
          )
        )
      }),
      changes: (code) =>
        SubscriptionRef.changes(rooms).pipe(
          Stream.map(HashMap.get(toKey(code))),
          Stream.changes,
          Stream.map((room) => ({ room, certain: true }))
        ),
      available: yield* SubscriptionRef.make(true),
      now: Clock.currentTimeMillis
    })
  })
)

export const layer = Layer.provide(Rooms.layer, ownStore)
