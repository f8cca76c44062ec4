/**
 * A room that someone watches: it hears of changes from the store, keeps time while it runs, and tells its audience.
 *
 * A command never comes here; it changes the value in the store.
 */
import { Context, Duration, Effect, FiberHandle, Layer, MutableRef, Option, Ref, Schedule, Stream } from "effect"
import { roomNotFound, type RoomNotFound, type StoreUnavailable } from "../domain/errors.ts"
import { type AccessCode, remaining, type RoomState, settle, statesSince } from "../domain/RoomState.ts"
import { isRunning, isUp, nextWholeSecond, wholeSecond } from "../domain/Timer.ts"
import { type RoomChange, RoomStore } from "../store/RoomStore.ts"
import * as Audience from "./Audience.ts"
import * as Frame from "./Frame.ts"
import type { Outlet } from "./Outlets.ts"

export class Room extends Context.Service<
  Room,
  {
    /** The room as it is now. */
    readonly state: Effect.Effect<RoomState, RoomNotFound>

    /** How many are connected. */
    readonly connections: Effect.Effect<number>

    /**
     * Writes the room's frames to an outlet from now on, the snapshot first. `lastEventId` is what a client that comes
     * back has seen last. When the stream is over the outlet is ended.
     */
    readonly join: (outlet: Outlet, lastEventId?: string) => Effect.Effect<void, RoomNotFound>

    /** The client of an outlet has gone. */
    readonly leave: (outlet: Outlet) => Effect.Effect<void>

    /** The room's frames from now on, the snapshot first; heartbeats are left out. */
    readonly frames: Stream.Stream<Frame.Frame, RoomNotFound>
  }
>()("pairroom/rooms/Room") {
  /** The room with this access code, for as long as the scope of the layer is open. */
  static readonly layer = (code: AccessCode): Layer.Layer<Room, RoomNotFound | StoreUnavailable, RoomStore> =>
    Layer.effect(this, make(code))
}

/** The tick fiber's waits until `due`, computed anew at each step, so that a late wake-up is not carried on. */
const whenDue = Schedule.fromStep(
  Effect.succeed((now: number, due: number) =>
    Effect.succeed<[number, Duration.Duration]>([due, Duration.millis(Math.max(1, due - now))])
  )
)

const make = Effect.fnUntraced(function* (code: AccessCode) {
  const store = yield* RoomStore
  // Heard from before the state is read, so that no change falls in between.
  const changes = yield* store.changes(code)
  const ref = yield* Ref.make(yield* Effect.flatMap(store.get(code), found))
  const ticker = yield* FiberHandle.make()
  // Forked from here, so that a fiber keeps nothing of the request that happened to start it.
  const startTicks = yield* FiberHandle.runtime(ticker)<never>()

  let deleted = false
  let nextTick = 0

  const current = () => Ref.getUnsafe(ref)

  const tickIfDue = (now: number): void => {
    const state = current()
    const left = remaining(state, now)
    if (isRunning(state.timer) && !isUp(state.timer, now) && wholeSecond(left) <= nextTick) {
      nextTick = nextWholeSecond(left)
      audience.publish(Frame.tick(wholeSecond(left), now))
    }
  }

  const audience: Audience.Audience = yield* Audience.make({
    now: store.now,
    catchUp: tickIfDue,
    snapshot: (now, connections, missed) => Frame.snapshot(current(), now, connections, missed),
    presence: (now, connections) => Frame.presence(current(), now, connections),
    attended: Effect.suspend(() => keepTime)
  })

  const enter = (state: RoomState, now: number): void => {
    MutableRef.set(ref.ref, state)
    nextTick = nextWholeSecond(remaining(state, now))
  }

  const show = (state: RoomState, now: number): void => {
    const frame = state.previousId === current().id ? Frame.change : Frame.catchUp
    enter(state, now)
    audience.publish(frame(state, now, audience.connections()))
    if (state.status === "COMPLETED") audience.endAll(now)
  }

  const close = (now: number): void => {
    audience.publish(Frame.closing(current(), now))
    audience.endAll(now)
  }

  /** Takes over what the store holds. */
  const take = (change: RoomChange, now: number): void => {
    if (deleted) return
    deleted = Option.isNone(change)
    if (Option.isNone(change)) return close(now)
    const seen = current()
    for (const state of statesSince(seen, change.value, now)) show(state, now)
    MutableRef.set(ref.ref, settle(change.value, now))
    if (change.value.streamsEnded > seen.streamsEnded) close(now)
  }

  /**
   * Makes a finish that is due, if the store still holds the state that it is of: with a pause in the last moment there,
   * this change is on its way, and comes first.
   */
  const finishIfUp = Effect.gen(function* () {
    if (deleted || !isUp(current().timer, yield* store.now)) return
    const kept = yield* Effect.catch(store.get(code), () => Effect.succeedSome(current()))
    if (Option.isNone(kept) || kept.value.id === current().id) take(kept, yield* store.now)
  })

  const keepsTime = () => !deleted && audience.isWatched() && isRunning(current().timer)

  /** When there is something to do: at the next whole second, or at the end where nobody wants ticks. */
  const due = ({ timer }: RoomState): number =>
    isRunning(timer) ? timer.endsAt - (audience.wantsTicks() ? nextTick : 0) : 0

  const ticks = Effect.gen(function* () {
    const step = yield* Schedule.toStep(whenDue)
    while (keepsTime()) {
      const [, wait] = yield* step(yield* store.now, due(current()))
      yield* Effect.sleep(wait)
      yield* finishIfUp
      tickIfDue(yield* store.now)
    }
  })

  /** Runs the tick fiber from the present state on, or interrupts it. */
  const keepTime: Effect.Effect<void> = Effect.suspend(() =>
    keepsTime() ? Effect.sync(() => startTicks(ticks)) : FiberHandle.clear(ticker)
  )

  enter(current(), yield* store.now)

  yield* changes.pipe(
    Stream.runForEach((change) =>
      Effect.flatMap(store.now, (now) => {
        if (Option.isNone(change) || change.value.revision >= current().revision) take(change, now)
        return keepTime
      })
    ),
    Effect.forkScoped
  )

  const state = Effect.flatMap(finishIfUp, () => (deleted ? roomNotFound() : Effect.sync(current)))

  return Room.of({
    state,
    connections: Effect.sync(audience.connections),
    join: Effect.fnUntraced(function* (outlet, lastEventId) {
      const { id, status } = yield* state
      const missed = lastEventId !== undefined && lastEventId !== id
      if (status === "COMPLETED") {
        outlet.write(Frame.snapshot(current(), yield* store.now, audience.connections() + 1, missed))
        return outlet.end()
      }
      yield* audience.join(outlet, { returns: lastEventId !== undefined, missed })
    }),
    leave: audience.leave,
    frames: Stream.unwrap(
      Effect.gen(function* () {
        const { status } = yield* state
        if (status === "COMPLETED") {
          return Stream.succeed(Frame.snapshot(current(), yield* store.now, audience.connections() + 1, false))
        }
        return audience.frames
      })
    )
  })
})

const found = Option.match({
  onNone: () => roomNotFound(),
  onSome: (state: RoomState) => Effect.succeed(state)
})
