/**
 * The state of a room: an immutable value, and the pure functions that lead from one state to the next.
 *
 * A transition takes the settled state and the moment of the change. It gives the next state, or the very same
 * value where there is nothing to do.
 */
import { Result, Schema } from "effect"
import * as AccessCodes from "./AccessCode.ts"
import { RoomClosed, Stale } from "./errors.ts"
import { type NewRoom, shown, type TimerSetting } from "./RoomInput.ts"
import { DURATION_MAX, DURATION_MIN, isRunning, isUp, paused, remainingAt, running } from "./Timer.ts"

/**
 * How long after a finish a swap without `If-Match` is taken as the swap of that finish, in milliseconds: old clients
 * each ask for one when their time is up.
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

/** What an event named `timer` can say of a change. */
export const TimerChange = Schema.Literals(["start", "pause", "stop", "update", "complete"])
export type TimerChange = typeof TimerChange.Type

export const RoomState = Schema.Struct({
  /** The version of this shape, for stores that outlive a release. */
  version: Schema.Literal(1),
  accessCode: AccessCode,
  /** Counts the writes, finishes included. */
  revision: Schema.Int,
  /** Names this state as clients see it; no two different states share one. */
  id: Schema.NonEmptyString,
  /** The `id` of the state that this one was made from. */
  previousId: Schema.NullOr(Schema.String),
  /** What the last change was. */
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
  /** Starts at 1, one more with each finish. */
  turn: Schema.Int,
  /** When the last finish was, in milliseconds since the epoch. */
  finishedAt: Schema.NullOr(Schema.Int),
  /** How often all streams of the room were ended on purpose; no part of what `id` names. */
  streamsEnded: Schema.Int
})
export type RoomState = typeof RoomState.Type

/** When a change is made and what makes its `id` unlike any other: a nonce from a cryptographic source. */
export interface Moment {
  /** Milliseconds since the epoch, by the clock of the store. */
  readonly now: number
  readonly nonce: string
}

/** What `If-Match` holds: any state of the room, or one of these ids. */
export type Condition = "*" | ReadonlyArray<string>

/** One thing that a person does to a room. */
export interface Command {
  /** What a refusal calls it. */
  readonly name: string
  /** May it be given to a completed room? */
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

/** What is left of the turn at `now`, in milliseconds. Never 0: with 0 left it is a finish, which `settle` makes. */
export const remaining = (state: RoomState, now: number): number =>
  Math.max(1, remainingAt(state.timer, state.duration, now))

/**
 * Turns a running timer whose time is up into the finished one. Every reader settles first and computes the same,
 * `id` included, so a finish needs no writer.
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
 * The states that lead from the one that was seen last to the one that the store holds at `now`, as far as they are
 * known. A finish that was skipped comes first; one that was seen does not come again when the store has gone back to a
 * state before it.
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
 * Applies a command to the state that the store holds. Refusals come in the order of the contract: a closed room, a
 * stale condition, and then "nothing to do", which gives back that very state.
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

/** Refuses where the condition names another state than the settled one. */
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

/** Ends the streams of the room on purpose. What clients see of the room stays, and so does its `id`. */
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
