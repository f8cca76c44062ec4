/**
 * The rooms: what people do to them, and how to watch them. A command changes the value in the store. A Room is built for
 * each room that somebody watches here, and closed some time after nobody watches it any more.
 */
import { Context, Effect, Layer, LayerMap, Option, RcMap, Scope, Stream } from "effect"
import * as AccessCodes from "../domain/AccessCode.ts"
import { type BadRequest, roomNotFound, type RoomNotFound, StoreUnavailable } from "../domain/errors.ts"
import { type RoomEvent, type RoomView, viewOf, type Watchers } from "../domain/RoomEvent.ts"
import * as RoomInput from "../domain/RoomInput.ts"
import { type AccessCode, create, type RoomState } from "../domain/RoomState.ts"
import { settle } from "../domain/Settle.ts"
import { turnsView, type TurnsView } from "../domain/TurnLog.ts"
import { countOf, Presence } from "../store/Presence.ts"
import { RoomStore } from "../store/RoomStore.ts"
import * as StoreMetrics from "../store/StoreMetrics.ts"
import { Heartbeats } from "./Heartbeats.ts"
import { Room } from "./Room.ts"
import * as RoomCommands from "./RoomCommands.ts"
import * as RoomMetrics from "./RoomMetrics.ts"
import { RoomSettings } from "./RoomSettings.ts"

export interface WatchOptions {
  /** Send `remaining-time` each second? Otherwise it comes only with a snapshot, an update, a reset and a finish. On by default. */
  readonly ticks?: boolean
  /** The name under which the watcher is among those who are here, if somebody in the room has it. */
  readonly name?: string
}

/** The rooms that somebody watches on this instance, by the canonical form of their access codes. */
class WatchedRooms extends LayerMap.Service<WatchedRooms>()("pairroom/rooms/WatchedRooms", { lookup: Room.layer }) {
  /** Keeps a room for the idle time of the settings after its last use. A room that could not be built is not kept. */
  static readonly layerWithSettings = Layer.effect(
    this,
    Effect.gen(function* () {
      const { idleTimeToLive } = yield* RoomSettings
      const rooms: WatchedRooms["Service"] = yield* LayerMap.make(
        (code: AccessCode) => Layer.tapCause(Room.layer(code), () => rooms.invalidate(code)),
        { idleTimeToLive }
      )
      return rooms
    })
  )
}

export class Rooms extends Context.Service<
  Rooms,
  RoomCommands.RoomCommands & {
    /** Makes a room; the timer stands at `timerRemainingTime`, or at the full `timerDuration`, both in milliseconds. */
    readonly create: (
      room: typeof RoomInput.NewRoom.Encoded,
      options?: Pick<RoomCommands.CommandOptions, "by">
    ) => Effect.Effect<RoomView, BadRequest | StoreUnavailable>
    readonly get: (code: AccessCode) => Effect.Effect<RoomView, RoomNotFound | StoreUnavailable>
    readonly exists: (code: AccessCode) => Effect.Effect<boolean, StoreUnavailable>

    /** The ended turns of a room, and how long everybody has driven. */
    readonly turns: (code: AccessCode) => Effect.Effect<TurnsView, RoomNotFound | StoreUnavailable>

    /** What happens in a room: first its present state, then each change and each second. There are no heartbeats. */
    readonly events: (
      code: AccessCode,
      options?: WatchOptions
    ) => Stream.Stream<RoomEvent, RoomNotFound | StoreUnavailable>

    /** The room itself, for as long as the scope is open. */
    readonly watch: (code: AccessCode) => Effect.Effect<Room["Service"], RoomNotFound | StoreUnavailable, Scope.Scope>

    /** Ends every subscription of every room on this instance; the clients are to come back. */
    readonly end: Effect.Effect<void>
  }
>()("pairroom/rooms/Rooms") {
  /** Rooms whose access codes begin with `prefix`. */
  static readonly layerWith = (options: { readonly prefix: string }): Layer.Layer<Rooms, never, RoomStore> =>
    Layer.effect(
      this,
      Effect.suspend(() => make(options.prefix))
    ).pipe(Layer.provide(WatchedRooms.layerWithSettings), Layer.provide([Heartbeats.layer, StoreMetrics.layer]))

  static readonly layer: Layer.Layer<Rooms, never, RoomStore> = this.layerWith({ prefix: "" })
}

/** How often a new access code may turn out to be taken before something must be wrong with the source of codes. */
const CREATE_ATTEMPTS = 5

const NONCE_BYTES = 9

const make = Effect.fnUntraced(function* (prefix: string) {
  const store = yield* RoomStore
  const presence = yield* Presence
  const rooms = yield* WatchedRooms
  const context = yield* Effect.context<never>()

  // In the context of this service, so that a room keeps nothing of the request that was the first to ask for it.
  const build = (code: AccessCode, scope: Scope.Scope) =>
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
    rooms.contextEffectOption(canonical(code)).pipe(
      Effect.flatMap(
        Option.match({
          onNone: (): Effect.Effect<A | B, E> => none,
          onSome: (built) => some(Context.get(built, Room))
        })
      ),
      Effect.scoped
    )

  const watch = Effect.fn("Rooms.watch")(function* (typed: AccessCode) {
    const code = canonical(typed)
    const scope = yield* Effect.scope
    const room = yield* build(code, scope)
    if (!(yield* room.ended)) return room
    // It leaves the map, unless another one has taken its place already.
    yield* Effect.ignore(withWatched(code, Effect.void, ({ ended }) => Effect.when(rooms.invalidate(code), ended)))
    return yield* build(code, scope)
  })

  const end = Effect.gen(function* () {
    const codes = Array.from(yield* RcMap.keys(rooms.rcMap))
    yield* Effect.forEach(codes, (code) => Effect.ignore(withWatched(code, Effect.void, ({ end }) => end)), {
      discard: true
    })
  })

  const watchers = (code: AccessCode) =>
    Effect.orElseSucceed(
      withWatched(
        code,
        Effect.map(presence.elsewhere(code), (all): Watchers => ({ connections: countOf(all), names: all.names })),
        ({ watchers }) => watchers
      ),
      (): Watchers => ({ connections: 0, names: [] })
    )

  const find = (code: AccessCode) =>
    Effect.flatMap(
      store.get(code),
      Option.match({ onNone: () => Effect.fail(roomNotFound()), onSome: (state) => Effect.succeed(state) })
    )

  const view = Effect.fnUntraced(function* (state: RoomState) {
    const now = yield* store.now
    return viewOf(settle(state, now), now, yield* watchers(state.accessCode))
  })

  return Rooms.of({
    create: Effect.fn("Rooms.create")(function* (input, options = {}) {
      const by = yield* RoomCommands.authorOf(options)
      const room = yield* RoomInput.decode(RoomInput.NewRoom)(input)
      for (let attempt = 0; attempt < CREATE_ATTEMPTS; attempt++) {
        const moment = { now: yield* store.now, nonce: nonce(), by }
        const state = create(AccessCodes.make(prefix, randomByte), room, moment)
        if (yield* RoomMetrics.counted("create", store.create(state))) return yield* view(state)
      }
      return yield* new StoreUnavailable({ message: "no free access code was found; try again in a second" })
    }),
    get: Effect.fn("Rooms.get")(function* (code) {
      return yield* view(yield* find(code))
    }),
    exists: (code) => Effect.map(store.get(code), Option.isSome),
    turns: Effect.fn("Rooms.turns")(function* (code) {
      return turnsView(settle(yield* find(code), yield* store.now))
    }),
    ...RoomCommands.make(store, nonce),
    events: (code, options) =>
      Stream.unwrap(
        Effect.map(
          Effect.flatMap(watch(code), (room) => room.subscribe({ ticks: options?.ticks, name: options?.name })),
          (subscription) => Stream.fromPull(Effect.succeed(subscription))
        )
      ).pipe(Stream.flatMap(({ events }) => Stream.fromIterable(events))),
    watch,
    end
  })
})

/** One Room for each room, however its code was typed. */
const canonical = (code: AccessCode) => AccessCodes.toKey(code) as AccessCode

const randomByte = () => crypto.getRandomValues(new Uint8Array(1))[0] ?? 0

const nonce = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(NONCE_BYTES)), (byte) => byte.toString(16).padStart(2, "0")).join("")
