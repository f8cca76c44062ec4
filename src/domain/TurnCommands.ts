/**
 * The commands of turns and breaks: who drives, for how long, and taking the last command back.
 */
import { Struct } from "effect"
import { afterBreak, beginBreak, endTurn, turnStopped, started } from "./Settle.ts"
import { changed, type Command, undoUntilOf } from "./Commands.ts"
import { BadRequest, NothingToUndo } from "./errors.ts"
import * as People from "./People.ts"
import { type ChangeKind, remaining, type RoomState } from "./RoomState.ts"
import { DURATION_MAX, isRunning, paused, running } from "./Timer.ts"
import { restore } from "./TurnLog.ts"

/**
 * A swap without `If-Match` is ignored for this time after a finish, in milliseconds: each old client asks for a swap when its
 * time is up, and the finish has handed over already.
 */
export const FINISH_SWAP_GRACE = 5_000

/** How long a break is where nobody has said it, in milliseconds. */
const BREAK_DURATION = 300_000

/** Driver and navigator change places. With `afterFinish` it does so right after a finish too. */
export const swap = ({ afterFinish = false }: { readonly afterFinish?: boolean } = {}): Command => ({
  name: "pair-swap",
  run: (state, moment, conditional) =>
    !conditional && !afterFinish && isFreshFinish(state, moment.now)
      ? state
      : changed(state, moment, "swap", People.swap(state))
})

const isFreshFinish = ({ finishedAt }: RoomState, now: number): boolean =>
  finishedAt !== null && now >= finishedAt && now - finishedAt <= FINISH_SWAP_GRACE

/** Hands over: the next one drives a full turn. In a break, the break ends. */
export const next: Command = {
  name: "next",
  run: (state, moment) => {
    if (state.period === "break") {
      return changed(state, moment, "next", { ...breakOff(state, moment.now), timerChange: "update" })
    }
    const handed = handOver(state, moment.now, "next")
    return handed === state ? state : changed(state, moment, "next", { ...handed, timerChange: "update" })
  }
}

/** The break ends without a finish. The turn runs if the break ran. */
const breakOff = (state: RoomState, now: number): RoomState => {
  const turn = afterBreak(state)
  return isRunning(state.timer) ? started(turn, now) : turn
}

/**
 * Returns the state after the driver has handed over. If the turn has run, it ends, and a full one follows. Otherwise only the
 * driver is another one.
 */
export const handOver = (state: RoomState, now: number, ended: "next" | "away"): RoomState => {
  if (state.run !== null) {
    const over = endTurn(state, now, ended)
    return fullTurn(People.drive(over, People.successorOf(over)), now, isRunning(state.timer))
  }
  const driver = People.successorOf(state)
  const people = People.drive(state, driver)
  return driver === state.driver && people.people === state.people ? state : people
}

/** Returns the state at the beginning of a turn of full length. */
export const fullTurn = (state: RoomState, now: number, runs: boolean): RoomState => {
  const full = { ...state, periodDuration: state.duration, timer: paused(state.duration) }
  return runs ? started(full, now) : full
}

/** Gives the present period `time` milliseconds more. Right after a finish, it takes the finish back. */
export const extend = (time: number): Command<BadRequest> => ({
  name: "extend",
  check: (state) => {
    const { periodDuration } = finishTaken(state) ?? state
    return periodDuration + time > DURATION_MAX
      ? new BadRequest({
          message: `time: expected at most ${DURATION_MAX} with the ${periodDuration} of the present period, got ${time}`
        })
      : undefined
  },
  run: (state, moment) => {
    const taken = finishTaken(state)
    if (taken !== undefined) {
      const { periodDuration } = taken
      const longer = { ...taken, periodDuration: periodDuration + time, timer: paused(time) }
      return changed(state, moment, "extend", { ...started(longer, moment.now), timerChange: "start" })
    }
    return changed(state, moment, "extend", {
      periodDuration: state.periodDuration + time,
      timer: isRunning(state.timer) ? running(state.timer.endsAt + time) : paused(state.timer.remaining + time),
      startsAt: null,
      timerChange: "update"
    })
  }
})

/** What a finish changes, but for the timer, the people and the log. */
const CHANGED_BY_FINISH = [
  "acknowledgedAt",
  "breakLength",
  "driver",
  "finishedAt",
  "period",
  "periodDuration",
  "run",
  "turn",
  "turnsSinceBreak",
  "waiting"
] as const

/** Returns the room without its last finish, while nothing but an acknowledgement has come after it. */
const finishTaken = (state: RoomState): RoomState | undefined => {
  const { before, change } = state
  if (before === null || (change !== "finish" && change !== "ack")) return undefined
  const { timer } = before.values
  // People who are no longer away stay so. How long they have driven is as it was.
  const people = state.people.map((person) => {
    const known = before.values.people.find(({ number }) => number === person.number)
    return known === undefined ? person : { ...person, turns: known.turns, drove: known.drove }
  })
  const earlier: RoomState = {
    ...state,
    ...Struct.pick(before.values, CHANGED_BY_FINISH),
    people,
    log: restore(state.log, before.log)
  }
  return isRunning(timer) ? turnStopped(earlier, timer.endsAt) : earlier
}

/** A break begins now and runs. A turn that has begun waits behind it. */
export const takeBreak = (duration?: number | null): Command => ({
  name: "break",
  run: (state, moment) => {
    const length = duration ?? state.breaks?.duration ?? BREAK_DURATION
    const left = remaining(state, moment.now)
    const waits = state.period === "turn" && (state.run !== null || left !== state.periodDuration)
    const began = beginBreak(state.period === "turn" ? turnStopped(state, moment.now) : state, length)
    return changed(state, moment, "break", {
      ...started({ ...began, timer: paused(length) }, moment.now),
      waiting: waits ? { remaining: left, periodDuration: state.periodDuration } : state.waiting,
      timerChange: "start"
    })
  }
})

/** Somebody has noticed the finish. */
export const acknowledge: Command = {
  name: "ack",
  run: (state, moment) =>
    state.finishedAt === null || state.acknowledgedAt !== null ? state : changed(state, moment, "ack", {})
}

/** Why the last change cannot be undone, and what to do instead, where there is something. */
const NOT_UNDONE: Partial<Record<ChangeKind, string>> = {
  create: "the room is new, and there is nothing to undo",
  start: "a start cannot be undone; pause the timer instead",
  pause: "a pause cannot be undone; start the timer instead",
  finish: "the end of a turn or a break cannot be undone; extend it instead, and it goes on",
  ack: "the end of an alarm cannot be undone",
  undo: "an undo cannot be undone"
}

/** Takes the last command back. */
export const undo: Command<NothingToUndo> = {
  name: "undo",
  whenCompleted: true,
  conflict: (state, { now }) => {
    const until = undoUntilOf(state)
    if (until !== null && now <= until) return undefined
    return new NothingToUndo({
      message:
        until === null
          ? `lastChange: ${NOT_UNDONE[state.change] ?? "what was before it is not known any more"}`
          : "lastChange: a change can be undone for 30 seconds, and the last one is older"
    })
  },
  run: (state, moment) => {
    const { before } = state
    if (before === null) return state
    const earlier = inTime({ ...state, ...before.values, log: restore(state.log, before.log) }, moment.now)
    const timerChange = isRunning(earlier.timer)
      ? isRunning(state.timer)
        ? "update"
        : "start"
      : isRunning(state.timer)
        ? "pause"
        : "update"
    return changed(state, moment, "undo", { ...earlier, timerChange })
  }
}

/** After an undo, a deadline that has passed meanwhile falls due at `now`. The time since then does not count as driven. */
const inTime = (state: RoomState, now: number): RoomState => {
  const startsAt = state.startsAt && Math.max(state.startsAt, now)
  if (!isRunning(state.timer) || state.timer.endsAt >= now) return { ...state, startsAt }
  const late = now - state.timer.endsAt
  const { run } = state
  return {
    ...state,
    startsAt,
    timer: running(now),
    run: run && { ...run, since: run.since === null ? null : run.since + late }
  }
}
