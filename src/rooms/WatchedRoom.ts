/**
 * What the parts of a room share: its values, and how a frame is published.
 */
import { Cause, type Context, Effect, FiberHandle, MutableRef, PubSub, Ref, type Semaphore } from "effect"
import * as AccessCodes from "../domain/AccessCode.ts"
import type { AccessCode, RoomState } from "../domain/RoomState.ts"
import type { Presence } from "../store/Presence.ts"
import type { RoomStore } from "../store/RoomStore.ts"
import type { Surroundings } from "./Frame.ts"
import * as Frame from "./Frame.ts"
import * as RoomPresence from "./RoomPresence.ts"
import type { RoomSettings } from "./RoomSettings.ts"

/** How many unread frames a subscription keeps. If it loses a change, it gets a new snapshot. */
export const FRAMES_BUFFERED = 32

/** A frame with its number. A gap in the numbers shows that frames were lost. */
export interface Published {
  readonly frame: Frame.Frame
  /** Counts the frames that are neither ticks nor heartbeats. A tick or a heartbeat has the number of the frame before it. */
  readonly number: number
  /** Counts all frames of its PubSub, so that a subscription knows how many it has lost. */
  readonly position: number
}

/** What the tick fiber runs for. */
export interface Ticking {
  /** The end of the period, or the time at which it starts by itself. */
  readonly dueAt: number
  /** Does anybody want ticks? Otherwise it sleeps until then. */
  readonly ticks: boolean
}

export interface WatchedRoom {
  readonly code: AccessCode
  readonly store: RoomStore["Service"]
  readonly settings: Context.Service.Shape<typeof RoomSettings>
  /** The timer and everything else that a command changes, as far as this instance knows it. */
  readonly state: Ref.Ref<RoomState>
  /** Can the store be reached? If not, the state may be out of date. */
  readonly certain: Ref.Ref<boolean>
  readonly presence: Ref.Ref<RoomPresence.RoomPresence>
  /** The other instances: who watches the room there, and where they learn who watches it here. */
  readonly others: Context.Service.Shape<typeof Presence>
  /** Has another Room taken the place of this one? Then this one tells other instances nothing. */
  readonly replaced: Ref.Ref<boolean>
  /** How many frames were published that are neither ticks nor heartbeats. */
  readonly published: Ref.Ref<number>
  readonly frames: PubSub.PubSub<Published>
  /** The same frames without ticks. A subscription without ticks is not woken each second. */
  readonly framesWithoutTicks: PubSub.PubSub<Published>
  /** How many frames were published in `frames`, and how many of them were ticks. */
  readonly positions: MutableRef.MutableRef<{ readonly all: number; readonly ticks: number }>
  /** Have the PubSubs ended? */
  readonly ended: Ref.Ref<boolean>
  /** Held while the state changes and its frame is published, and while a snapshot is taken for a new subscription. */
  readonly lock: Semaphore.Semaphore
  /** The tick fiber. Empty while nothing is to happen by itself, or nobody watches. */
  readonly ticker: FiberHandle.FiberHandle<void>
  readonly tickingFor: Ref.Ref<Ticking | undefined>
  /** The fiber of the presence events. Empty while there is nothing to publish. */
  readonly presenceFiber: FiberHandle.FiberHandle<void>
  /** The context of the room itself. Its fibers use it, so that they keep nothing of a request. */
  readonly context: Context.Context<never>
}

/** Runs an effect in one of the fibers of a room. A fiber that is running is interrupted first. */
export const run = (
  room: WatchedRoom,
  handle: FiberHandle.FiberHandle<void>,
  effect: Effect.Effect<void>
): Effect.Effect<void> =>
  FiberHandle.run(handle, orEnd(room, effect)).pipe(
    Effect.updateContext<never, never>(() => room.context),
    // FiberHandle interrupts the caller if the room is closed already. Then there is nothing to run.
    Effect.exit,
    Effect.asVoid
  )

/** Logs a failure and ends the streams of the room. Their clients reconnect to a new Room, so no room falls silent. */
export const orEnd = <E>(room: WatchedRoom, effect: Effect.Effect<void, E>): Effect.Effect<void, E> =>
  Effect.tapCause(effect, (cause) =>
    Cause.hasInterruptsOnly(cause)
      ? Effect.void
      : Effect.logError("a room has failed, and its streams end", cause).pipe(
          Effect.annotateLogs("room", AccessCodes.shortened(room.code)),
          Effect.andThen(exclusively(room, end(room, Frame.END)))
        )
  )

/** Returns what a frame shows in addition to the state. */
export const surroundings = Effect.fnUntraced(function* (room: WatchedRoom): Effect.fn.Return<Surroundings> {
  return {
    now: yield* room.store.now,
    watchers: RoomPresence.watchers(yield* Ref.get(room.presence)),
    certain: yield* Ref.get(room.certain)
  }
})

/** Publishes a change. A subscription that loses it sees a gap in the numbers, and gets a new snapshot. */
export const publishChange = Effect.fnUntraced(function* (room: WatchedRoom, frame: Frame.Frame) {
  yield* publish(room, frame, yield* Ref.updateAndGet(room.published, (count) => count + 1))
})

/** Publishes a tick to the subscriptions that want ticks. */
export const publishTick = (room: WatchedRoom, frame: Frame.Frame): Effect.Effect<boolean> =>
  Effect.suspend(() => {
    const { all, ticks } = MutableRef.get(room.positions)
    MutableRef.set(room.positions, { all: all + 1, ticks: ticks + 1 })
    return PubSub.publish(room.frames, { frame, number: Ref.getUnsafe(room.published), position: all + 1 })
  })

/** Publishes a heartbeat. */
export const publishHeartbeat = Effect.fnUntraced(function* (room: WatchedRoom, frame: Frame.Frame) {
  yield* publish(room, frame, yield* Ref.get(room.published))
})

const publish = Effect.fnUntraced(function* (room: WatchedRoom, frame: Frame.Frame, number: number) {
  const { all, ticks } = MutableRef.get(room.positions)
  MutableRef.set(room.positions, { all: all + 1, ticks })
  yield* PubSub.publish(room.frames, { frame, number, position: all + 1 })
  yield* PubSub.publish(room.framesWithoutTicks, { frame, number, position: all + 1 - ticks })
})

/** Ends every subscription with a last frame, which cannot be lost. The Room cannot be used after that. */
export const end = Effect.fnUntraced(function* (room: WatchedRoom, last: Frame.Frame) {
  yield* Ref.set(room.ended, true)
  const number = yield* Ref.updateAndGet(room.published, (count) => count + 1)
  const { all, ticks } = MutableRef.get(room.positions)
  yield* PubSub.end(room.frames, { frame: last, number, position: all + 1 })
  yield* PubSub.end(room.framesWithoutTicks, { frame: last, number, position: all + 1 - ticks })
})

/** Returns the position of the newest frame, for subscriptions with or without ticks. */
export const newestPosition = (room: WatchedRoom, ticks: boolean): number => {
  const positions = MutableRef.get(room.positions)
  return ticks ? positions.all : positions.all - positions.ticks
}

/** Runs an effect while nothing else changes the room. It cannot be interrupted once it has begun. */
export const exclusively = <A, E, R>(room: WatchedRoom, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  room.lock.withPermit(Effect.uninterruptible(effect))
