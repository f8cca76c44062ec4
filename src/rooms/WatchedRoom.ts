/**
 * What the parts of a room share: its values, and how a frame is published. What runs for each client or each tick reads the Refs by
 * `Ref.getUnsafe` and counts by `updateUnsafe`, inside of an effect: another effect for each of them would cost time.
 */
import { Cause, type Context, Effect, FiberHandle, PubSub, Ref, type Semaphore } from "effect"
import * as AccessCodes from "../domain/AccessCode.ts"
import type { AccessCode, RoomState } from "../domain/RoomState.ts"
import type { Presence } from "../store/Presence.ts"
import type { RoomStore } from "../store/RoomStore.ts"
import type { Surroundings } from "./Frame.ts"
import * as Frame from "./Frame.ts"
import * as RoomPresence from "./RoomPresence.ts"
import type { StreamTimes } from "./RoomSettings.ts"

/** How many unread frames a subscription keeps. If it loses a change, it gets a new snapshot. */
export const FRAMES_BUFFERED = 32

/** A frame with its number. A gap in the numbers shows that frames were lost. */
export interface Published {
  readonly frame: Frame.Frame
  /** Counts the frames that are neither ticks nor heartbeats. A tick or a heartbeat has the number of the frame before it. */
  readonly number: number
  /** Counts all frames of its broadcast, so that a subscription knows how many it has lost. */
  readonly position: number
}

/** A PubSub of frames, and how many it has published. */
export interface Broadcast {
  readonly pubsub: PubSub.PubSub<Published>
  readonly count: Ref.Ref<number>
}

/** What the tick fiber has to do. */
export interface TickPlan {
  /** The end of the period, or the time at which it starts by itself, in milliseconds by the clock of the store. */
  readonly dueAt: number
  /** Does anybody want ticks before? Otherwise it sleeps until then. */
  readonly ticks: boolean
}

/** The tick fiber, and what it has to do. Both are empty while nothing is to happen by itself, or nobody watches. */
export interface Ticker {
  readonly fiber: FiberHandle.FiberHandle<void>
  readonly plan: Ref.Ref<TickPlan | undefined>
}

export interface WatchedRoom {
  readonly code: AccessCode
  readonly store: RoomStore["Service"]
  readonly streamTimes: StreamTimes
  /** The context of the room itself. Its fibers use it, so that they keep nothing of a request. */
  readonly context: Context.Context<never>
  /** Held while the state changes and its frame is published, and while a snapshot is taken for a new subscription. */
  readonly lock: Semaphore.Semaphore

  /** The timer and everything else that a command changes, as far as this instance knows it. */
  readonly state: Ref.Ref<RoomState>
  /** Can the store be reached? If not, the state may be out of date. */
  readonly certain: Ref.Ref<boolean>
  readonly ticker: Ticker

  readonly frames: Broadcast
  /** The same frames without ticks. A subscription without ticks is not woken each second. */
  readonly framesWithoutTicks: Broadcast
  /** How many frames were published that are neither ticks nor heartbeats. */
  readonly published: Ref.Ref<number>
  /** Have the broadcasts ended? */
  readonly ended: Ref.Ref<boolean>

  /** Who watches the room, through any instance. */
  readonly presence: Ref.Ref<RoomPresence.RoomPresence>
  /** The fiber of the presence events. Empty while there is nothing to publish. */
  readonly presenceFiber: FiberHandle.FiberHandle<void>
  /** The other instances: who watches the room there, and where they learn who watches it here. */
  readonly others: Context.Service.Shape<typeof Presence>
  /** Has another Room taken the place of this one? Then this one tells other instances nothing. */
  readonly replaced: Ref.Ref<boolean>
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
export const surroundings = ({ certain, presence, store }: WatchedRoom): Effect.Effect<Surroundings> =>
  Effect.map(store.now, (now) => ({
    now,
    watchers: RoomPresence.watchers(Ref.getUnsafe(presence)),
    certain: Ref.getUnsafe(certain)
  }))

/**
 * Publishes a change. A subscription that loses it sees a gap in the numbers, and gets a new snapshot. After the last frame, which
 * keeps the highest number, nothing is published: its clients still go, which changes who watches.
 */
export const publishChange = Effect.fnUntraced(function* (room: WatchedRoom, frame: Frame.Frame) {
  if (Ref.getUnsafe(room.ended)) return
  yield* publish(room, frame, yield* increment(room.published))
})

/** Publishes a tick to the subscriptions that want ticks. */
export const publishTick = (room: WatchedRoom, frame: Frame.Frame): Effect.Effect<boolean> =>
  Effect.flatMap(Ref.get(room.published), (number) => broadcast(room.frames, { frame, number }))

/** Publishes a heartbeat. */
export const publishHeartbeat = Effect.fnUntraced(function* (room: WatchedRoom, frame: Frame.Frame) {
  yield* publish(room, frame, yield* Ref.get(room.published))
})

const publish = Effect.fnUntraced(function* (room: WatchedRoom, frame: Frame.Frame, number: number) {
  yield* broadcast(room.frames, { frame, number })
  yield* broadcast(room.framesWithoutTicks, { frame, number })
})

const broadcast = ({ count, pubsub }: Broadcast, published: Omit<Published, "position">) =>
  Effect.flatMap(increment(count), (position) => PubSub.publish(pubsub, { ...published, position }))

const increment = (count: Ref.Ref<number>) => Ref.updateAndGet(count, (count) => count + 1)

/** Ends every subscription with a last frame, which cannot be lost. The Room cannot be used after that. */
export const end = Effect.fnUntraced(function* (room: WatchedRoom, last: Frame.Frame) {
  yield* Ref.set(room.ended, true)
  const number = yield* increment(room.published)
  for (const { count, pubsub } of [room.frames, room.framesWithoutTicks]) {
    yield* PubSub.end(pubsub, { frame: last, number, position: yield* increment(count) })
  }
})

/** Runs an effect while nothing else changes the room. It cannot be interrupted once it has begun. */
export const exclusively = <A, E, R>(room: WatchedRoom, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  room.lock.withPermit(Effect.uninterruptible(effect))
