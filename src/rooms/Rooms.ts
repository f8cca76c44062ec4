/**
 * The rooms: what people do to them, and how to follow them. A command changes the value in the store.
 */
import { Context, Effect, Layer, Option, Stream } from "effect"
import * as AccessCodes from "../domain/AccessCode.ts"
import { type BadRequest, roomNotFound, type RoomNotFound, StoreUnavailable } from "../domain/errors.ts"
import type { RoomEvent } from "../domain/RoomEvent.ts"
import { type RoomView, viewOf } from "../domain/RoomView.ts"
import * as BadInput from "../domain/BadInput.ts"
import * as RoomInput from "../domain/RoomInput.ts"
import { type AccessCode, create, type RoomState } from "../domain/RoomState.ts"
import { settle } from "../domain/Settle.ts"
import { turnsView, type TurnsView } from "../domain/TurnLog.ts"
import { RoomStore } from "../store/RoomStore.ts"
import * as StoreMetrics from "../store/StoreMetrics.ts"
import * as Random from "./Random.ts"
import * as RoomCommands from "./RoomCommands.ts"
import * as RoomMetrics from "./RoomMetrics.ts"
import { WatchedRooms } from "./WatchedRooms.ts"

export interface WatchOptions {
  /** Send `remaining-time` each second? Otherwise it comes only with a snapshot, an update, a reset and a finish. On by default. */
  readonly ticks?: boolean
  /** The name under which the watcher is among those who are here, if somebody in the room has it. */
  readonly name?: string
}

export class Rooms extends Context.Service<
  Rooms,
  RoomCommands.RoomCommands & {
    /**
     * Makes a room, and returns it. The timer stands at `timerRemainingTime`, or at the full `timerDuration`, both in milliseconds. Fails
     * with BadRequest if the input or `by` cannot be used.
     */
    readonly create: (
      room: typeof RoomInput.NewRoom.Encoded,
      options?: Pick<RoomCommands.CommandOptions, "by">
    ) => Effect.Effect<RoomView, BadRequest | StoreUnavailable>
    /** Returns a room as it is now. All times are milliseconds. */
    readonly get: (code: AccessCode) => Effect.Effect<RoomView, RoomNotFound | StoreUnavailable>
    /** Is there a room with this access code? */
    readonly exists: (code: AccessCode) => Effect.Effect<boolean, StoreUnavailable>

    /** Returns the last 100 ended turns of a room, and for how many milliseconds everybody has driven. */
    readonly turns: (code: AccessCode) => Effect.Effect<TurnsView, RoomNotFound | StoreUnavailable>

    /**
     * Returns what happens in a room: first its present state, then each change and each second. There are no heartbeats. The stream ends
     * when the room is completed or deleted, and when all its streams are ended. Fails with RoomNotFound if there is no such room at the
     * beginning.
     */
    readonly events: (
      code: AccessCode,
      options?: WatchOptions
    ) => Stream.Stream<RoomEvent, RoomNotFound | StoreUnavailable>
  }
>()("pairroom/rooms/Rooms") {
  /** Rooms of this process, whose access codes begin with `prefix`. */
  static readonly layerWith = (options: {
    readonly prefix: string
  }): Layer.Layer<Rooms | WatchedRooms, never, RoomStore> =>
    Layer.effect(
      this,
      Effect.suspend(() => make(options.prefix))
    ).pipe(Layer.provideMerge(WatchedRooms.layer), Layer.provide(StoreMetrics.layer))

  /** Rooms of this process. */
  static readonly layer = this.layerWith({ prefix: "" })
}

/** How often a new access code may turn out to be taken before something must be wrong with the source of codes. */
const CREATE_ATTEMPTS = 5

const decodeNewRoom = BadInput.decode(RoomInput.NewRoom)

const make = Effect.fnUntraced(function* (prefix: string) {
  const store = yield* RoomStore
  const watched = yield* WatchedRooms

  const find = (code: AccessCode) =>
    Effect.flatMap(store.get(code), (room) => (Option.isNone(room) ? roomNotFound() : Effect.succeed(room.value)))

  const view = Effect.fnUntraced(function* (state: RoomState) {
    const now = yield* store.now
    return viewOf(settle(state, now), now, yield* watched.watchers(state.accessCode))
  })

  return Rooms.of({
    create: Effect.fn("Rooms.create")(function* (input, options = {}) {
      const by = yield* RoomInput.authorOf(options.by)
      const room = yield* decodeNewRoom(input)
      for (let attempt = 0; attempt < CREATE_ATTEMPTS; attempt++) {
        const moment = { now: yield* store.now, nonce: Random.nonce(), by }
        const state = create(AccessCodes.make(prefix, Random.byte), room, moment)
        if (yield* RoomMetrics.counted("create", store.create(state))) return yield* view(state)
      }
      return yield* new StoreUnavailable({ message: "no free access code was found; try again in a second" })
    }),
    get: Effect.fn("Rooms.get")(function* (code) {
      return yield* view(yield* find(code))
    }),
    exists: Effect.fn("Rooms.exists")((code) => Effect.map(store.get(code), Option.isSome)),
    turns: Effect.fn("Rooms.turns")(function* (code) {
      return turnsView(settle(yield* find(code), yield* store.now))
    }),
    ...RoomCommands.make(store),
    events: (code, options) =>
      watched.watch(code).pipe(
        Effect.flatMap((room) => room.subscribe({ ticks: options?.ticks, name: options?.name })),
        Effect.map((subscription) => Stream.fromPull(Effect.succeed(subscription))),
        Stream.unwrap,
        Stream.flatMap(({ events }) => Stream.fromIterable(events))
      )
  })
})
