/**
 * A room that someone watches: it hears of changes from the store, keeps time while it runs, and tells its audience.
 *
 * A command never comes here; it changes the value in the store.
 */
import { Clock, Context, Duration, Effect, Layer, Option, Schedule, Stream } from "effect"
import { roomNotFound, type RoomNotFound, type StoreUnavailable } from "../domain/errors.ts"
import { type AccessCode, remaining, type RoomState, settle, statesSince } from "../domain/RoomState.ts"
import { isRunning, isUp, nextWholeSecond, wholeSecond } from "../domain/Timer.ts"
import { type Attendance, Presence } from "../store/Presence.ts"
import { type RoomChange, RoomStore } from "../store/RoomStore.ts"
import * as Audience from "./Audience.ts"
import * as Frame from "./Frame.ts"
import type { Outlet } from "./Outlets.ts"
import { RoomSettings } from "./RoomSettings.ts"
import { type Fork, Task } from "./Task.ts"

interface RoomShape {
  /** The room as it is now. */
  readonly state: Effect.Effect<RoomState, RoomNotFound>

  /** How many are connected. */
  readonly connections: Effect.Effect<number>

  /**
   * Writes the room's frames to an outlet from now on, the snapshot first. `lastEventId` is what a client that comes
   * back has seen last. When the stream is over the outlet is ended.
   */
  readonly join: (outlet: Outlet, lastEventId?: string) => Effect.Effect<void, RoomNotFound>

  /** The server ends the stream of an outlet itself; its client is expected back, on this instance or on another. */
  readonly dismiss: (outlet: Outlet) => Effect.Effect<void>

  /** The client of an outlet has gone. */
  readonly leave: (outlet: Outlet) => Effect.Effect<void>

  /** The room's frames from now on, the snapshot first; heartbeats are left out. */
  readonly frames: Stream.Stream<Frame.Frame, RoomNotFound>
}

export class Room extends Context.Service<Room, RoomShape>()("pairroom/rooms/Room") {
  /** The room with this access code, for as long as the scope of the layer is open. */
  static readonly layer = (code: AccessCode): Layer.Layer<Room, RoomNotFound | StoreUnavailable, RoomStore> =>
    Layer.effect(this, make(code))
}

/** The room's fiber waits until `due`, computed anew at each step, so that a late wake-up is not carried on. */
const whenDue = Schedule.fromStep(
  Effect.succeed((now: number, due: number) =>
    Effect.succeed<[number, Duration.Duration]>([due, Duration.millis(Math.max(1, due - now))])
  )
)

/** In milliseconds. */
const TICK_INTERVAL = 1_000

/** Timers of Node count whole milliseconds, and so may be one early: another sleep would cost as much as a tick. */
const onTime = (now: number, due: number) => (now === due - 1 ? due : now)

const make = Effect.fnUntraced(function* (code: AccessCode) {
  const store = yield* RoomStore
  const settings = yield* RoomSettings
  const presence = yield* Presence
  // Forked from here, so that a fiber keeps nothing of the request that happened to start it.
  const fork = Effect.runForkWith(yield* Effect.context<never>())
  let heard: RoomChange | undefined
  let room: WatchedRoom | undefined
  const read = yield* store.changes(code, (change) => (room === undefined ? void (heard = change) : room.hear(change)))
  const now = yield* store.now
  // What has been heard by now is what was read, or newer.
  const kept = heard ?? read
  if (Option.isNone(kept)) return yield* roomNotFound()
  const watched = new WatchedRoom(code, kept.value, now, store, settings, fork)
  room = watched
  yield* store.away((away) => watched.hearAway(away))
  watched.counted = yield* presence.join(code, {
    here: () => watched.here,
    hear: (elsewhere) => watched.hearElsewhere(elsewhere)
  })
  yield* Effect.addFinalizer(() => Effect.sync(() => watched.stop()))
  return watched
})

/** A class, and not a closure for each of its functions: there are as many of these as rooms are watched. */
class WatchedRoom implements RoomShape, Audience.Speaker {
  /** Tells the other instances how many are connected here. */
  counted = (): void => {}
  readonly #code: AccessCode
  readonly #store: RoomStore["Service"]
  readonly #fork: Fork
  #state: RoomState
  readonly #audience: Audience.Audience
  readonly #keeping: Task
  #deleted = false
  /** Is the store away? */
  #uncertain = false
  /** Counts what was heard from the store. */
  #heard = 0
  #nextTick = 0
  /** Until when the room's fiber sleeps. */
  #wakesAt = Number.POSITIVE_INFINITY

  constructor(
    code: AccessCode,
    state: RoomState,
    now: number,
    store: RoomStore["Service"],
    settings: typeof RoomSettings.Service,
    fork: Fork
  ) {
    this.#code = code
    this.#store = store
    this.#fork = fork
    this.#state = state
    this.#audience = new Audience.Audience(this, settings, fork)
    this.#keeping = new Task(fork)
    this.#enter(state, now)
  }

  get state(): Effect.Effect<RoomState, RoomNotFound> {
    return Effect.flatMap(WatchedRoom.#finishIfUp(this), () => this.#present())
  }

  get connections(): Effect.Effect<number> {
    return Effect.sync(() => this.#audience.connections)
  }

  join(outlet: Outlet, lastEventId?: string): Effect.Effect<void, RoomNotFound> {
    return Effect.flatMap(this.state, ({ id, status }) => {
      const missed = lastEventId !== undefined && lastEventId !== id
      if (status !== "COMPLETED") return this.#audience.join(outlet, { returns: lastEventId !== undefined, missed })
      return Effect.map(this.now, (now) => {
        outlet.write(this.snapshot(now, this.#audience.connections + 1, missed))
        outlet.end()
      })
    })
  }

  dismiss(outlet: Outlet): Effect.Effect<void> {
    return this.#audience.dismiss(outlet)
  }

  leave(outlet: Outlet): Effect.Effect<void> {
    return Effect.sync(() => this.#audience.leave(outlet))
  }

  get frames(): Stream.Stream<Frame.Frame, RoomNotFound> {
    return Stream.unwrap(
      Effect.flatMap(this.state, ({ status }) =>
        status === "COMPLETED"
          ? Effect.map(this.now, (now) => Stream.succeed(this.snapshot(now, this.#audience.connections + 1, false)))
          : Effect.succeed(this.#audience.frames)
      )
    )
  }

  get now(): Effect.Effect<number> {
    return this.#store.now
  }

  snapshot(now: number, connections: number, missed: boolean): Frame.Frame {
    return Frame.snapshot(this.#state, now, connections, missed, this.#uncertain)
  }

  presence(now: number, connections: number): Frame.Frame {
    return Frame.presence(this.#state, now, connections, this.#uncertain)
  }

  /** Ticks if it is due; true when someone was told. */
  catchUp(now: number): boolean {
    const state = this.#state
    const left = remaining(state, now)
    if (!isRunning(state.timer) || isUp(state.timer, now) || wholeSecond(left) > this.#nextTick) return false
    this.#nextTick = nextWholeSecond(left)
    this.#audience.publish(Frame.tick(wholeSecond(left), now))
    return this.#audience.wantsTicks
  }

  /** Someone has come or left: runs the room's fiber, anew where it would wake too late. */
  attended(): void {
    if (!this.#isWatched) this.#rest()
    else if (this.#nextDue < this.#wakesAt) this.#keeping.run(WatchedRoom.#keep(this))
  }

  /** Hears of a change from the store. */
  hear(change: RoomChange): void {
    this.#heard++
    this.#fork(
      Effect.map(this.now, (now) => {
        this.#take(change, now)
        this.#rest()
        this.attended()
      })
    )
  }

  /** Who is connected here. */
  get here(): Attendance {
    return this.#audience.here
  }

  /** Hears who is connected elsewhere. */
  hearElsewhere(elsewhere: Attendance): void {
    this.#audience.hearElsewhere(elsewhere)
  }

  /** Hears that the store has gone away, or is back. */
  hearAway(away: boolean): void {
    this.#fork(
      Effect.map(this.now, (now) => {
        this.#uncertain = away
        if (this.#isWatched) {
          this.#audience.publish(Frame.certainty(this.#state, now, this.#audience.connections, away))
        }
      })
    )
  }

  stop(): void {
    this.#rest()
    this.#audience.stop()
  }

  #rest(): void {
    this.#keeping.stop()
    this.#wakesAt = Number.POSITIVE_INFINITY
  }

  #present(): Effect.Effect<RoomState, RoomNotFound> {
    return this.#deleted ? Effect.fail(roomNotFound()) : Effect.succeed(this.#state)
  }

  get #isWatched(): boolean {
    return !this.#deleted && this.#audience.isWatched
  }

  #enter(state: RoomState, now: number): void {
    this.#state = state
    this.#nextTick = nextWholeSecond(remaining(state, now))
  }

  #show(state: RoomState, now: number): void {
    const { id, turn } = this.#state
    const { connections } = this.#audience
    this.#enter(state, now)
    this.#audience.publish(
      state.previousId === id
        ? Frame.change(state, now, connections, this.#uncertain)
        : Frame.catchUp(state, now, connections, { finish: state.turn > turn }, this.#uncertain)
    )
    if (state.status === "COMPLETED") this.#audience.endAll(now)
  }

  #close(now: number): void {
    this.#audience.publish(Frame.closing(this.#state, now))
    this.#audience.endAll(now)
  }

  /** Takes over what the store holds. */
  #take(change: RoomChange, now: number): void {
    if (this.#deleted) return
    this.#deleted = Option.isNone(change)
    if (Option.isNone(change)) return this.#close(now)
    const seen = this.#state
    for (const state of statesSince(seen, change.value, now)) this.#show(state, now)
    this.#state = settle(change.value, now)
    if (change.value.streamsEnded > seen.streamsEnded) this.#close(now)
  }

  /**
   * Makes a finish that is due. What the store holds comes first, such as a pause in the last moment; if the store is
   * away, what is known says that the time is up. A change that is heard meanwhile is newer than what was read.
   */
  static readonly #finishIfUp = Effect.fnUntraced(function* (room: WatchedRoom) {
    if (room.#deleted || !isUp(room.#state.timer, yield* room.now)) return
    const heard = room.#heard
    const kept = yield* Effect.catch(room.#store.get(room.#code), () => Effect.succeedSome(room.#state))
    if (heard === room.#heard) room.#take(kept, yield* room.now)
  })

  /** When the timer has something to do: at the next whole second, or at the end where nobody wants ticks. */
  get #nextTime(): number {
    const { timer } = this.#state
    return isRunning(timer) ? timer.endsAt - (this.#audience.wantsTicks ? this.#nextTick : 0) : Number.POSITIVE_INFINITY
  }

  /** When the room has something to do. */
  get #nextDue(): number {
    return Math.min(this.#nextTime, this.#audience.nextUpkeep)
  }

  /**
   * The room's fiber: ticks while the timer runs, and keeps up with its audience. One generator function for all rooms: were
   * it made for each, V8 would know each room's generator as an object of its own kind, and look up its `next` at length.
   */
  static readonly #keep = Effect.fnUntraced(function* (room: WatchedRoom) {
    const step = yield* Effect.orDie(Schedule.toStep(whenDue))
    const clock = yield* Clock.Clock
    while (room.#isWatched) {
      // Read anew: telling a large audience has taken its time.
      const [due, wait] = yield* step(room.#store.nowUnsafe(), room.#nextDue)
      room.#wakesAt = due
      // Not `Effect.sleep`, which looks for the clock each time: with many rooms each step of a fiber counts.
      yield* clock.sleep(wait)
      const now = onTime(room.#store.nowUnsafe(), due)
      if (isUp(room.#state.timer, now)) yield* WatchedRoom.#finishIfUp(room)
      // A heartbeat that falls due before the next tick goes with this one: a wake-up of its own would cost as much.
      const until = room.catchUp(now) ? Math.max(now, due + TICK_INTERVAL - 1) : now
      if (room.#audience.nextUpkeep <= until) room.#audience.keepUp(now, until)
    }
    room.#wakesAt = Number.POSITIVE_INFINITY
  }, Effect.orDie)
}
