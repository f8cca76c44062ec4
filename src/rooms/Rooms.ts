/**
 * The rooms: what people do to them, and how to watch them. Commands change the value in the store; a Room is built
 * for each room that someone watches here, and let go after an idle time.
 */
import { Context, Effect, Layer, LayerMap, Option, Result, Scope, Stream } from "effect"
import * as AccessCodes from "../domain/AccessCode.ts"
import {
  type BadRequest,
  type RoomClosed,
  roomNotFound,
  type RoomNotFound,
  type Stale,
  StoreUnavailable
} from "../domain/errors.ts"
import { type RoomEvent, type RoomView, viewOf } from "../domain/RoomEvent.ts"
import * as RoomInput from "../domain/RoomInput.ts"
import * as RoomState from "../domain/RoomState.ts"
import { countOf, Presence } from "../store/Presence.ts"
import { RoomStore } from "../store/RoomStore.ts"
import { Room } from "./Room.ts"
import { RoomSettings } from "./RoomSettings.ts"

type AccessCode = RoomState.AccessCode

/** Why a command may be refused. */
export type Refusal = RoomNotFound | RoomClosed | Stale | StoreUnavailable

/** A command on a room; with a condition it acts only if the room is still in that state. */
type Command = (code: AccessCode, condition?: RoomState.Condition) => Effect.Effect<void, Refusal>

export interface WatchOptions {
  /** Without them, `remaining-time` comes only with a snapshot, an update, a reset and a finish. On by default. */
  readonly ticks?: boolean
}

export class Rooms extends Context.Service<
  Rooms,
  {
    /** Makes a room; the timer stands at `timerRemainingTime`, or at the full `timerDuration`, both in milliseconds. */
    readonly create: (room: typeof RoomInput.NewRoom.Encoded) => Effect.Effect<RoomView, BadRequest | StoreUnavailable>
    readonly get: (code: AccessCode) => Effect.Effect<RoomView, RoomNotFound | StoreUnavailable>
    readonly exists: (code: AccessCode) => Effect.Effect<boolean, StoreUnavailable>

    /** Starts the timer; nothing happens while it runs. */
    readonly start: Command
    /** Pauses the timer, the remaining time is kept; nothing happens while it does not run. */
    readonly pause: Command
    /** Stops the timer and sets it to the full duration. */
    readonly reset: Command
    /** Sets the timer, in milliseconds; a running one runs on from the new value. */
    readonly update: (
      code: AccessCode,
      setting: typeof RoomInput.TimerSetting.Encoded,
      condition?: RoomState.Condition
    ) => Effect.Effect<void, BadRequest | Refusal>
    /** Driver and navigator change places. */
    readonly swap: Command
    /** Stops the timer for good and ends every stream. */
    readonly complete: Command
    /** Ends every stream of the room on purpose. */
    readonly endStreams: Command
    readonly delete: Command

    /** What happens in a room: where it stands first, then each change and each second. */
    readonly events: (
      code: AccessCode,
      options?: WatchOptions
    ) => Stream.Stream<RoomEvent, RoomNotFound | StoreUnavailable>

    /** The room itself, at hand for as long as the scope is open. */
    readonly watch: (code: AccessCode) => Effect.Effect<Room["Service"], RoomNotFound | StoreUnavailable, Scope.Scope>
  }
>()("pairroom/rooms/Rooms") {
  /** Rooms whose access codes begin with `prefix`. */
  static readonly layerWith = (options: { readonly prefix: string }): Layer.Layer<Rooms, never, RoomStore> =>
    Layer.effect(
      this,
      Effect.suspend(() => make(options.prefix))
    )

  static readonly layer: Layer.Layer<Rooms, never, RoomStore> = this.layerWith({ prefix: "" })
}

/** How often a new access code may turn out to be taken before something must be wrong with the source of codes. */
const CREATE_ATTEMPTS = 5

const NONCE_BYTES = 9

const make = Effect.fnUntraced(function* (prefix: string) {
  const store = yield* RoomStore
  const presence = yield* Presence
  const { idleTimeToLive } = yield* RoomSettings
  const rooms = yield* LayerMap.make(Room.layer, { idleTimeToLive })
  const context = yield* Effect.context<never>()

  // Built in the context of the service, so that a room keeps nothing of the request that was the first to ask for it.
  const watch = Effect.fnUntraced(function* (code: AccessCode) {
    const scope = yield* Effect.scope
    const built = yield* rooms.contextEffect(canonical(code)).pipe(
      Effect.tapError(() => rooms.invalidate(canonical(code))),
      Effect.provideContext(Context.add(context, Scope.Scope, scope))
    )
    return Context.get(built, Room)
  })

  const connections = (code: AccessCode) =>
    Effect.scoped(
      Effect.flatMap(
        rooms.contextEffectOption(canonical(code)),
        Option.match({
          onNone: () => Effect.map(presence.elsewhere(code), countOf),
          onSome: (built) => Context.get(built, Room).connections
        })
      )
    ).pipe(Effect.orElseSucceed(() => 0))

  const find = (code: AccessCode) =>
    Effect.flatMap(
      store.get(code),
      Option.match({ onNone: () => Effect.fail(roomNotFound()), onSome: (state) => Effect.succeed(state) })
    )

  const view = Effect.fnUntraced(function* (state: RoomState.RoomState) {
    const now = yield* store.now
    return viewOf(RoomState.settle(state, now), now, yield* connections(state.accessCode))
  })

  const run = (command: RoomState.Command, code: AccessCode, condition?: RoomState.Condition) =>
    Effect.asVoid(
      store.modify(code, (state, now) =>
        Result.map(RoomState.apply(command, state, { now, nonce: nonce() }, condition), Option.some)
      )
    )

  const command =
    (command: RoomState.Command): Command =>
    (code, condition) =>
      Effect.withSpan(run(command, code, condition), `Rooms.${command.name}`)

  return Rooms.of({
    create: Effect.fn("Rooms.create")(function* (input) {
      const room = yield* RoomInput.decode(RoomInput.NewRoom)(input)
      for (let attempt = 0; attempt < CREATE_ATTEMPTS; attempt++) {
        const state = RoomState.create(AccessCodes.make(prefix, randomByte), room, nonce())
        if (yield* store.create(state)) return yield* view(state)
      }
      return yield* new StoreUnavailable({ message: "no free access code was found; try again in a second" })
    }),
    get: Effect.fn("Rooms.get")(function* (code) {
      return yield* view(yield* find(code))
    }),
    exists: (code) => Effect.map(store.get(code), Option.isSome),
    start: command(RoomState.start),
    pause: command(RoomState.pause),
    reset: command(RoomState.reset),
    update: Effect.fn("Rooms.update")(function* (code, input, condition) {
      const setting = yield* RoomInput.decode(RoomInput.TimerSetting)(input).pipe(
        // Where there is no room, that is what is wrong.
        Effect.tapError(() => find(code))
      )
      yield* run(RoomState.update(setting), code, condition)
    }),
    swap: command(RoomState.swap),
    complete: command(RoomState.complete),
    endStreams: command(RoomState.endStreams),
    delete: Effect.fn("Rooms.delete")((code, condition) =>
      Effect.asVoid(
        store.modify(code, (state, now) =>
          Result.map(RoomState.matching(RoomState.settle(state, now), condition), () => Option.none())
        )
      )
    ),
    events: (code, options) =>
      Stream.unwrap(Effect.map(watch(code), (room) => room.frames)).pipe(
        Stream.filter((frame) => frame.kind !== "tick" || options?.ticks !== false),
        Stream.flatMap((frame) => Stream.fromIterable(frame.events))
      ),
    watch
  })
})

/** One Room for each room, however its code was typed. */
const canonical = (code: AccessCode) => AccessCodes.toKey(code) as AccessCode

const randomByte = () => crypto.getRandomValues(new Uint8Array(1))[0] ?? 0

const nonce = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(NONCE_BYTES)), (byte) => byte.toString(16).padStart(2, "0")).join("")
