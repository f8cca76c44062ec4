/**
 * The rooms that somebody watches on this instance. A Room is built for each of them, and closed some time after nobody watches
 * it any more.
 */
import { Context, Effect, Exit, Layer, LayerMap, Option, RcMap, Scope } from "effect"
import * as AccessCodes from "../domain/AccessCode.ts"
import type { RoomNotFound, StoreUnavailable } from "../domain/errors.ts"
import type { Watchers } from "../domain/RoomView.ts"
import type { AccessCode } from "../domain/RoomState.ts"
import { countOf, Presence } from "../store/Presence.ts"
import type { RoomStore } from "../store/RoomStore.ts"
import { Heartbeats } from "./Heartbeats.ts"
import { Room } from "./Room.ts"
import { RoomSettings } from "./RoomSettings.ts"

/** A Room for each access code in its canonical form. */
class RoomMap extends LayerMap.Service<RoomMap>()("pairroom/rooms/RoomMap", { lookup: Room.layer }) {
  /**
   * Keeps a Room for the idle time of the settings after its last use, and does not keep one that could not be built. The library's own
   * layer would keep that one too, and cannot take its idle time from settings.
   */
  static readonly layerWithSettings = Layer.effect(
    this,
    Effect.gen(function* () {
      const { idleTimeToLive } = yield* RoomSettings
      const rooms: RoomMap["Service"] = yield* LayerMap.make(
        (code: AccessCode) => Layer.tapCause(Room.layer(code), () => rooms.invalidate(code)),
        { idleTimeToLive }
      )
      return rooms
    })
  )
}

export class WatchedRooms extends Context.Service<
  WatchedRooms,
  {
    /**
     * Returns the Room of an access code, which is kept for as long as the scope is open. It is built if this instance has none. Fails
     * with RoomNotFound, or with StoreUnavailable if it cannot be built now.
     */
    readonly watch: (code: AccessCode) => Effect.Effect<Room["Service"], RoomNotFound | StoreUnavailable, Scope.Scope>
    /** Returns who watches a room, on any instance. Nobody, where that cannot be told now. */
    readonly watchers: (code: AccessCode) => Effect.Effect<Watchers>
    /** Ends every subscription of every Room on this instance. The clients are to come back. */
    readonly end: Effect.Effect<void>
  }
>()("pairroom/rooms/WatchedRooms") {
  static readonly layer: Layer.Layer<WatchedRooms, never, RoomStore> = Layer.effect(
    this,
    Effect.suspend(() => make)
  ).pipe(Layer.provide(RoomMap.layerWithSettings), Layer.provide(Heartbeats.layer))
}

const make = Effect.gen(function* () {
  const presence = yield* Presence
  const rooms = yield* RoomMap
  const context = yield* Effect.context<never>()

  /**
   * Keeps a Room for as long as the scope is open, and builds it if there is none. It is built in the context of this service, so that
   * it keeps nothing of the request that was the first to ask for it.
   */
  const keep = (code: AccessCode, scope: Scope.Scope) =>
    rooms.contextEffect(code).pipe(
      Effect.map(Context.get(Room)),
      Effect.updateContext<never, Scope.Scope>(() => Context.add(context, Scope.Scope, scope))
    )

  /** Runs an effect with the room that is watched here, or another effect where there is none. */
  const withWatched = <A, B, E>(
    code: AccessCode,
    none: Effect.Effect<B, E>,
    some: (room: Room["Service"]) => Effect.Effect<A>
  ) =>
    rooms.contextEffectOption(AccessCodes.toKey(code)).pipe(
      Effect.flatMap(
        Option.match({
          onNone: (): Effect.Effect<A | B, E> => none,
          onSome: (built) => some(Context.get(built, Room))
        })
      ),
      Effect.scoped
    )

  return WatchedRooms.of({
    watch: Effect.fn("WatchedRooms.watch")(function* (typed) {
      const code = AccessCodes.toKey(typed)
      const scope = yield* Effect.scope
      // A Room that has ended is not kept for as long as its client stays.
      const use = yield* Scope.fork(scope)
      const room = yield* keep(code, use)
      if (!(yield* room.ended)) return room
      // It leaves the map, once: a second time the Room would leave that has its place. It does not live as long as this scope.
      yield* room.replace(rooms.invalidate(code))
      yield* Scope.close(use, Exit.void)
      return yield* keep(code, scope)
    }),
    watchers: (code) =>
      Effect.orElseSucceed(
        withWatched(
          code,
          Effect.map(presence.elsewhere(code), (all): Watchers => ({ connections: countOf(all), names: all.names })),
          ({ watchers }) => watchers
        ),
        (): Watchers => ({ connections: 0, names: [] })
      ),
    end: Effect.gen(function* () {
      const codes = Array.from(yield* RcMap.keys(rooms.rcMap))
      yield* Effect.forEach(codes, (code) => Effect.ignore(withWatched(code, Effect.void, ({ end }) => end)), {
        discard: true
      })
    })
  })
})
