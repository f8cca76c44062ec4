/**
 * A room that somebody watches: its state in a Ref, its frames in a PubSub, its ticks in a fiber that a Schedule drives and
 * a pause interrupts. A command never comes here: it changes the value in the store, and the room follows the store.
 */
import {
  Cause,
  Context,
  Duration,
  Effect,
  FiberHandle,
  Layer,
  MutableRef,
  Option,
  Pull,
  PubSub,
  Ref,
  Schedule,
  Scope,
  Semaphore,
  Stream
} from "effect"
import { roomNotFound, type RoomNotFound, type StoreUnavailable } from "../domain/errors.ts"
import { type Watchers } from "../domain/RoomView.ts"
import { type AccessCode, type RoomState } from "../domain/RoomState.ts"
import { dueAt, settle, untilDue } from "../domain/Settle.ts"
import { isRunning, nextWholeSecond, wholeSecond } from "../domain/Timer.ts"
import * as Elapsed from "../store/Elapsed.ts"
import { Presence } from "../store/Presence.ts"
import { type RoomChange, RoomStore } from "../store/RoomStore.ts"
import * as Frame from "./Frame.ts"
import { Heartbeats } from "./Heartbeats.ts"
import * as RoomPresence from "./RoomPresence.ts"
import { RoomSettings, streamTimes } from "./RoomSettings.ts"
import * as RoomSubscription from "./RoomSubscription.ts"
import { followOthers, followStore } from "./Following.ts"
import { applyChange, settleIfDue } from "./RoomChanges.ts"
import * as RoomMetrics from "./RoomMetrics.ts"
import {
  end,
  exclusively,
  FRAMES_BUFFERED,
  publishHeartbeat,
  type Published,
  publishTick,
  run,
  type TickPlan,
  type WatchedRoom
} from "./WatchedRoom.ts"

export class Room extends Context.Service<
  Room,
  {
    /** Returns the state now. A finish or a start by itself that is due is applied first. */
    readonly state: Effect.Effect<RoomState>
    /** Returns who watches the room, through any instance. */
    readonly watchers: Effect.Effect<Watchers>
    /** Subscribes for as long as the scope is open. Returns the frames: the snapshot first, then each one that follows. */
    readonly subscribe: (
      options: RoomSubscription.SubscribeOptions
    ) => Effect.Effect<RoomSubscription.RoomSubscription, never, Scope.Scope>
    /** Ends every subscription. The clients reconnect. */
    readonly end: Effect.Effect<void>
    /** Has the Room published its last frame? Then every subscription ends, and another Room has to be built. */
    readonly ended: Effect.Effect<boolean>
    /**
     * Another Room takes its place: from now on this one tells other instances nothing. `leave` is run for the first who asks, and the
     * others wait until it is done.
     */
    readonly replace: (leave: Effect.Effect<void>) => Effect.Effect<void>
  }
>()("pairroom/rooms/Room") {
  /** The room with this access code. Fails with RoomNotFound if there is none. */
  static readonly layer = (
    code: AccessCode
  ): Layer.Layer<Room, RoomNotFound | StoreUnavailable, RoomStore | Heartbeats> => Layer.effect(this, make(code))
}

const make = Effect.fnUntraced(function* (code: AccessCode) {
  const store = yield* RoomStore
  const changes = yield* Stream.toPull(store.changes(code))
  // The store tells first how the room is now.
  const [first, ...more] = yield* Pull.catchDone(changes, () => roomNotFound())
  if (Option.isNone(first.room)) return yield* roomNotFound()

  const room: WatchedRoom = {
    code,
    store,
    streamTimes: streamTimes(yield* RoomSettings),
    context: yield* Effect.context<never>(),
    lock: yield* Semaphore.make(1),

    state: yield* Ref.make<RoomState>(settle(first.room.value, yield* store.now)),
    certain: yield* Ref.make(first.certain),
    ticker: { fiber: yield* FiberHandle.make<void>(), plan: yield* Ref.make<TickPlan | undefined>(undefined) },

    frames: { pubsub: yield* PubSub.sliding<Published>(FRAMES_BUFFERED), count: yield* Ref.make(0) },
    framesWithoutTicks: { pubsub: yield* PubSub.sliding<Published>(FRAMES_BUFFERED), count: yield* Ref.make(0) },
    published: yield* Ref.make(0),
    ended: yield* Ref.make(false),

    presence: yield* Ref.make(RoomPresence.empty),
    presenceFiber: yield* FiberHandle.make<void>(),
    others: yield* Presence,
    replaced: yield* Ref.make(false)
  }

  yield* RoomMetrics.loaded
  yield* Effect.forEach(more, (change) => apply(room, change), { discard: true })
  yield* followStore(
    room,
    Effect.flatMap(changes, (news) =>
      Effect.forEach(news, (change) => exclusively(room, apply(room, change)), { discard: true })
    )
  )
  yield* followOthers(room)
  yield* (yield* Heartbeats).join(beat(room))

  return Room.of({
    state: Effect.andThen(settleIfDue(room), Ref.get(room.state)),
    watchers: Effect.map(Ref.get(room.presence), RoomPresence.watchers),
    subscribe: (options) => Effect.andThen(settleIfDue(room), exclusively(room, subscribe(room, options))),
    end: exclusively(room, end(room, Frame.END)),
    ended: Ref.get(room.ended),
    replace: (leave) =>
      exclusively(
        room,
        Effect.flatMap(Ref.getAndSet(room.replaced, true), (isReplaced) => (isReplaced ? Effect.void : leave))
      )
  })
})

/** Applies a change from the store. It may start or end the tick fiber. Run it exclusively. */
const apply = (room: WatchedRoom, change: RoomChange) => Effect.andThen(applyChange(room, change), followTimer(room))

/** Subscribes. The tick fiber may start then, and end when the subscriber has left. Run it exclusively. */
const subscribe = Effect.fnUntraced(function* (room: WatchedRoom, options: RoomSubscription.SubscribeOptions) {
  const { frames, leave } = yield* RoomSubscription.subscribe(room, options)
  // Not `Effect.addFinalizer`: it would keep the context of the request, and copy it when the subscriber leaves.
  yield* Scope.addFinalizer(yield* Effect.scope, exclusively(room, Effect.andThen(leave, followTimer(room))))
  yield* followTimer(room)
  return frames
})

/**
 * Publishes a heartbeat. Without ticks it also lets the tick fiber compute its sleep anew: the clock of the store may have been set
 * forward while the fiber slept.
 */
const beat = Effect.fnUntraced(function* (room: WatchedRoom) {
  yield* publishHeartbeat(room, Frame.heartbeat(yield* room.store.now, yield* Elapsed.millis))
  if (planOf(room)?.ticks !== false) return
  yield* settleIfDue(room)
  // Without a plan the fiber counts as not running, so it starts anew.
  yield* exclusively(room, Effect.andThen(Ref.set(room.ticker.plan, undefined), followTimer(room)))
})

/**
 * Runs the tick fiber while something is to happen by itself and somebody watches. Otherwise it interrupts the fiber: after a pause
 * nothing happens by itself.
 */
const followTimer = Effect.fnUntraced(function* (room: WatchedRoom) {
  const plan = planOf(room)
  const before = yield* Ref.getAndSet(room.ticker.plan, plan)
  if (plan === undefined) return yield* FiberHandle.clear(room.ticker.fiber)
  // A change that does not move the deadline does not restart the fiber.
  const isNew = plan.dueAt !== before?.dueAt || (plan.ticks && !before.ticks)
  if (isNew) yield* run(room, room.ticker.fiber, ticks(room))
})

/** Returns what the tick fiber has to do, or undefined for nothing. */
const planOf = (room: WatchedRoom): TickPlan | undefined => {
  const at = dueAt(Ref.getUnsafe(room.state))
  const { connected, ticking } = Ref.getUnsafe(room.presence)
  return at < Number.POSITIVE_INFINITY && connected > 0 ? { dueAt: at, ticks: ticking > 0 } : undefined
}

/** The tick fiber: a tick at each whole second of the remaining time. When it ends by itself, the next change starts another one. */
const ticks = (room: WatchedRoom) =>
  Effect.suspend(() => {
    /** When the schedule wants the next tick. The tick measures by it how late it comes. */
    const wakesAt = MutableRef.make(Infinity)
    return Effect.scheduleFrom(tick(room, wakesAt), Infinity, wholeSeconds(room, wakesAt))
  }).pipe(Effect.andThen(Ref.set(room.ticker.plan, undefined)))

/**
 * The delay to the next whole second, or to what is due if nobody wants ticks or the timer does not run. It is computed from the
 * deadline each time, so a late tick does not delay the next one. The input is what the last `tick` has returned.
 */
const wholeSeconds = (room: WatchedRoom, wakesAt: MutableRef.MutableRef<number>) =>
  Schedule.fromStep(
    Effect.succeed((_now: number, last: number) =>
      Effect.flatMap(room.store.now, (now): Pull.Pull<[number, Duration.Duration], never, number> => {
        const state = Ref.getUnsafe(room.state)
        if (last === OVER || dueAt(state) === Number.POSITIVE_INFINITY) return Cause.done(last)
        const left = untilDue(state, now)
        const wantsTicks = isRunning(state.timer) && Ref.getUnsafe(room.presence).ticking > 0
        const next = wantsTicks ? Math.max(0, Math.min(nextWholeSecond(left), last - SECOND)) : 0
        const delay = Math.max(0, left - next)
        MutableRef.set(wakesAt, now + delay)
        return Effect.succeed([next, Duration.millis(delay)])
      })
    )
  )

const SECOND = 1_000

/** A timer of Node may fire a millisecond early. That counts as on time, so that each second comes once. */
const EARLY = 1

/** There are no more ticks: a change is on its way here, and it decides what follows. */
const OVER = -1

/**
 * Publishes the tick, or applies what is due. Returns the second that was reached, in milliseconds; Infinity if none was reached yet,
 * as in a new period; OVER if there are no more ticks.
 */
const tick = (room: WatchedRoom, wakesAt: MutableRef.MutableRef<number>) =>
  Effect.flatMap(room.store.now, (now) => {
    RoomMetrics.tickLateness.updateUnsafe(Math.max(0, now - MutableRef.get(wakesAt)) / SECOND, room.context)
    const state = Ref.getUnsafe(room.state)
    const left = untilDue(state, now)
    if (left === 0) return settleHere(room)
    const second = wholeSecond(left - EARLY)
    return second === 0 || !isRunning(state.timer)
      ? Effect.succeed(Infinity)
      : Effect.as(publishTick(room, Frame.tick(second)), second)
  })

/**
 * Applies what is due, in the tick fiber itself: it goes on with the next period, if that is to begin or to end by itself. Returns
 * what `tick` returns.
 */
const settleHere = Effect.fnUntraced(function* (room: WatchedRoom) {
  if (!(yield* settleIfDue(room))) return OVER
  yield* Ref.set(room.ticker.plan, planOf(room))
  return Infinity
})
