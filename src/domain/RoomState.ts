/**
 * The state of a room: an immutable value, and the pure functions that lead from one state to the next.
 *
 * A transition takes the settled state and the time of the change. It returns the next state, or the same value if there is
 * nothing to do.
 */
import { Result, Schema } from "effect"
import * as AccessCodes from "./AccessCode.ts"
import { RoomClosed, Stale } from "./errors.ts"
import { type NewRoom, shown, type TimerSetting } from "./RoomInput.ts"
import { DURATION_MAX, DURATION_MIN, isRunning, isUp, paused, remainingAt, running } from "./Timer.ts"

/**
 * A swap without `If-Match` is ignored for this time after a finish, in milliseconds: each old client asks for a swap when its
 * time is up, and the finish has swapped already.
 */
export const FINISH_SWAP_GRACE = 5_000

export const AccessCode = Schema.String.check(
  Schema.makeFilter((text) => AccessCodes.isAccessCode(text), { expected: "an access code" })
).pipe(Schema.brand("AccessCode"))
export type AccessCode = AccessCodes.AccessCode

const Millis = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: DURATION_MAX }))

const Timer = Schema.Union([
  Schema.Struct({ _tag: Schema.tag("Paused"), remaining: Millis }),
  Schema.Struct({ _tag: Schema.tag("Running"), endsAt: Schema.Int })
])

/** The data of the event `timer` after a change. */
export const TimerChange = Schema.Literals(["start", "pause", "stop", "update", "complete"])
export type TimerChange = typeof TimerChange.Type

export const RoomState = Schema.Struct({
  /** The version of this format, for rooms that were stored by another release. */
  version: Schema.Literal(1),
  accessCode: AccessCode,
  /** The number of writes, with finishes. */
  revision: Schema.Int,
  /** Names this state. Two different states never have the same `id`. */
  id: Schema.NonEmptyString,
  /** The `id` of the state before this one. */
  previousId: Schema.NullOr(Schema.String),
  /** The last change. */
  change: Schema.Literals(["create", "start", "pause", "update", "reset", "swap", "finish", "complete"]),
  /** The `timer` event of the last change that had one. */
  timerChange: Schema.NullOr(TimerChange),
  status: Schema.Literals(["IN_PROGRESS", "COMPLETED"]),
  driver: Schema.NonEmptyString,
  navigator: Schema.NonEmptyString,
  missionUrl: Schema.String,
  /** The full length of a turn, in milliseconds. */
  duration: Schema.Int.check(Schema.isBetween({ minimum: DURATION_MIN, maximum: DURATION_MAX })),
  timer: Timer,
  /** The number of the turn: 1 at first, and one more after each finish. */
  turn: Schema.Int,
  /** When the last finish was, in milliseconds since the epoch. */
  finishedAt: Schema.NullOr(Schema.Int),
  /** How many times all streams of the room were ended on purpose. It is not part of what `id` names. */
  streamsEnded: Schema.Int
})
export type RoomState = typeof RoomState.Type

/** The time of a change, and a nonce from a cryptographic source that makes its `id` unique. */
export interface Moment {
  /** Milliseconds since the epoch, by the clock of the store. */
  readonly now: number
  readonly nonce: string
}

/** The condition of `If-Match`: any state, or one of these ids. */
export type Condition = "*" | ReadonlyArray<string>

/** Something that a person does to a room. */
export interface Command {
  /** Its name in refusals. */
  readonly name: string
  /** Is it allowed in a completed room? */
  readonly whenCompleted: boolean
  readonly run: (settled: RoomState, moment: Moment, conditional: boolean) => RoomState
}

export const create = (accessCode: AccessCode, room: NewRoom, nonce: string): RoomState => ({
  version: 1,
  accessCode,
  revision: 1,
  id: nonce,
  previousId: null,
  change: "create",
  timerChange: null,
  status: "IN_PROGRESS",
  driver: room.driver,
  navigator: room.navigator,
  missionUrl: room.missionUrl ?? "",
  duration: room.timerDuration,
  timer: paused(room.timerRemainingTime || room.timerDuration),
  turn: 1,
  finishedAt: null,
  streamsEnded: 0
})

/** Returns the remaining time at `now`, in milliseconds. It is never 0: then `settle` makes the finish. */
export const remaining = (state: RoomState, now: number): number =>
  Math.max(1, remainingAt(state.timer, state.duration, now))

/**
 * Makes the finish of a timer whose time is up. Every reader does this first and gets the same result, with the same `id`, so
 * nobody has to write a finish.
 */
export const settle = (state: RoomState, now: number): RoomState =>
  isRunning(state.timer) && isUp(state.timer, now)
    ? {
        ...state,
        revision: state.revision + 1,
        id: `${state.id}-finish`,
        previousId: state.id,
        change: "finish",
        timerChange: "stop",
        driver: state.navigator,
        navigator: state.driver,
        timer: paused(state.duration),
        turn: state.turn + 1,
        finishedAt: state.timer.endsAt
      }
    : state

/**
 * Returns the known states from the one that was seen last to the one that the store has at `now`. A finish that was skipped
 * comes first. A finish that was seen does not come again if the store has gone back to a state before it.
 */
export const statesSince = (seen: RoomState, written: RoomState, now: number): ReadonlyArray<RoomState> => {
  const settled = settle(written, now)
  if (settled.id === seen.id) return []
  if (settled.turn <= seen.turn) return [settled]
  const finish = isRunning(seen.timer) ? settle(seen, seen.timer.endsAt) : seen
  const skipped = written.turn > seen.turn && written.finishedAt === finish.finishedAt
  const states = [...(skipped ? [finish] : []), written, settled]
  return states.filter(({ id }, index) => id !== (states[index - 1] ?? seen).id)
}

/**
 * Applies a command to the state in the store. It refuses in the order of the contract: a closed room, then a stale condition.
 * If there is nothing to do, it returns the same state.
 */
export const apply = (
  command: Command,
  state: RoomState,
  moment: Moment,
  condition?: Condition
): Result.Result<RoomState, RoomClosed | Stale> => {
  const settled = settle(state, moment.now)
  return settled.status === "COMPLETED" && !command.whenCompleted
    ? Result.fail(
        new RoomClosed({ message: `status: the room is COMPLETED; ${command.name} is allowed only while IN_PROGRESS` })
      )
    : Result.map(matching(settled, condition), () => {
        const next = command.run(settled, moment, condition !== undefined)
        return next === settled ? state : next
      })
}

/** Fails with Stale if the condition names another state than this one. */
export const matching = (settled: RoomState, condition?: Condition): Result.Result<RoomState, Stale> =>
  condition === undefined || condition === "*" || condition.includes(settled.id)
    ? Result.succeed(settled)
    : Result.fail(
        new Stale({
          message: `If-Match: expected the room's current id "${settled.id}", got ${shown(condition.join(", "))}`
        })
      )

export const start: Command = {
  name: "start",
  whenCompleted: false,
  run: (state, moment) =>
    isRunning(state.timer)
      ? state
      : changed(state, moment, {
          change: "start",
          timerChange: "start",
          timer: running(moment.now + state.timer.remaining)
        })
}

export const pause: Command = {
  name: "stop",
  whenCompleted: false,
  run: (state, moment) =>
    isRunning(state.timer)
      ? changed(state, moment, { change: "pause", timerChange: "pause", timer: paused(remaining(state, moment.now)) })
      : state
}

export const update = (setting: TimerSetting): Command => ({
  name: "update",
  whenCompleted: false,
  run: (state, moment) => {
    const left = setting.remainingTime || setting.duration
    return changed(state, moment, {
      change: "update",
      timerChange: "update",
      duration: setting.duration,
      timer: isRunning(state.timer) ? running(moment.now + left) : paused(left)
    })
  }
})

export const reset: Command = {
  name: "reset",
  whenCompleted: false,
  run: (state, moment) =>
    !isRunning(state.timer) && state.timer.remaining === state.duration
      ? state
      : changed(state, moment, {
          change: "reset",
          timerChange: isRunning(state.timer) ? "pause" : "update",
          timer: paused(state.duration)
        })
}

export const swap: Command = {
  name: "pair-swap",
  whenCompleted: false,
  run: (state, moment, conditional) =>
    !conditional && isFreshFinish(state, moment.now)
      ? state
      : changed(state, moment, { change: "swap", driver: state.navigator, navigator: state.driver })
}

export const complete: Command = {
  name: "completion",
  whenCompleted: true,
  run: (state, moment) =>
    state.status === "COMPLETED"
      ? state
      : changed(state, moment, {
          change: "complete",
          timerChange: "complete",
          status: "COMPLETED",
          timer: paused(remaining(state, moment.now))
        })
}

/** Ends the streams of the room on purpose. The room and its `id` stay the same for clients. */
export const endStreams: Command = {
  name: "ending the streams",
  whenCompleted: true,
  run: (state) => ({ ...state, revision: state.revision + 1, streamsEnded: state.streamsEnded + 1 })
}

const isFreshFinish = (state: RoomState, now: number): boolean =>
  state.finishedAt !== null && now >= state.finishedAt && now - state.finishedAt <= FINISH_SWAP_GRACE

const changed = (state: RoomState, moment: Moment, fields: Partial<RoomState>): RoomState => ({
  ...state,
  ...fields,
  revision: state.revision + 1,
  id: moment.nonce,
  previousId: state.id
})
