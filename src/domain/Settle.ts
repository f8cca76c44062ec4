/**
 * What time alone does to a room: the finish of a turn or a break, and the start of a period by itself. Every reader computes
 * it from the last command and gets the same states with the same ids, so nobody has to write them.
 */
import * as People from "./People.ts"
import { remember, type RoomState } from "./RoomState.ts"
import { isRunning, paused, remainingAt, running } from "./Timer.ts"
import * as TurnLog from "./TurnLog.ts"

/** How long after the last command a period may still start by itself, in milliseconds, and how many times at most. */
const ALONE_MAX = 4 * 3_600_000
const STARTS_MAX = 240

/** Every start ends in a finish, and one may run already. More states are not computed, whatever a store has returned. */
const STATES_MAX = 2 * (STARTS_MAX + 1)

/** Returns when time changes this state next, in milliseconds since the epoch; Infinity for never. */
export const dueAt = ({ startsAt, timer }: RoomState): number =>
  isRunning(timer) ? timer.endsAt : (startsAt ?? Number.POSITIVE_INFINITY)

/** Returns how long it is until then, in milliseconds: 0 when it is due, Infinity for never. A clock that was set back adds nothing. */
export const untilDue = (state: RoomState, now: number): number =>
  isRunning(state.timer) ? remainingAt(state.timer, state.periodDuration, now) : Math.max(0, dueAt(state) - now)

/** Does time change this state at `now`, or has it done so already? */
export const isDue = (state: RoomState, now: number): boolean => now >= dueAt(state)

/** Returns every state that time makes of this one until `now`, in order. */
export const statesUntil = (state: RoomState, now: number): ReadonlyArray<RoomState> => {
  const states: Array<RoomState> = []
  for (let next = state; states.length < STATES_MAX && isDue(next, now);) {
    next = advance(next)
    states.push(next)
  }
  return states
}

/** Returns the state at `now`. */
export const settle = (state: RoomState, now: number): RoomState => statesUntil(state, now).at(-1) ?? state

const advance = (state: RoomState): RoomState =>
  isRunning(state.timer) ? finish(state, state.timer.endsAt) : startByItself(state, dueAt(state))

const finish = (state: RoomState, at: number): RoomState => {
  const ended = state.period === "turn" ? endTurn(state, at, "finish") : state
  const next = state.period === "turn" ? afterTurn(ended) : afterBreak(state)
  const startsAt = state.autoStart === null ? null : at + state.autoStart.after
  const startsAlone = startsAt !== null && startsAt <= state.command.at + ALONE_MAX && state.startsComputed < STARTS_MAX
  return {
    ...computed(next, at),
    change: "finish",
    timerChange: "stop",
    startsAt: startsAlone ? startsAt : null,
    ranUntil: at,
    finishedAt: at,
    acknowledgedAt: null,
    before: remember(state, next.log)
  }
}

const startByItself = (state: RoomState, at: number): RoomState => ({
  ...computed(started(state, at), at),
  startsComputed: state.startsComputed + 1,
  change: "start",
  timerChange: "start",
  acknowledgedAt: state.acknowledgedAt ?? at,
  before: null
})

/** A change that nobody has commanded, and its id. */
const computed = (state: RoomState, at: number): RoomState => {
  const number = state.computed + 1
  return {
    ...state,
    id: `${state.command.id}-${number === 1 ? "finish" : number}`,
    previousId: state.id,
    computed: number,
    by: null,
    changedAt: at
  }
}

/** The next one drives, after a break if one is due. */
const afterTurn = (ended: RoomState): RoomState => {
  const { breaks } = ended
  const next = People.drive(ended, People.successorOf(ended))
  return breaks !== null && ended.turnsSinceBreak >= breaks.every
    ? beginBreak({ ...next, timer: paused(breaks.duration) }, breaks.duration)
    : beginTurn({ ...next, timer: paused(next.duration) })
}

/** Returns the state after a break: the turn that waits goes on, or a full one follows. Its timer does not run. */
export const afterBreak = (state: RoomState): RoomState => {
  const { periodDuration, remaining } = state.waiting ?? { periodDuration: state.duration, remaining: state.duration }
  return { ...beginTurn({ ...state, timer: paused(remaining) }), periodDuration }
}

const beginTurn = (state: RoomState): RoomState => ({
  ...state,
  period: "turn",
  periodDuration: state.duration,
  breakLength: null,
  waiting: null
})

/** A break of `length` milliseconds begins. From now on turns are counted anew. */
export const beginBreak = (state: RoomState, length: number): RoomState => ({
  ...state,
  period: "break",
  periodDuration: length,
  breakLength: length,
  turnsSinceBreak: 0
})

/** The timer starts to run at `at`, with the time that it stands at. */
export const started = (state: RoomState, at: number): RoomState => ({
  ...state,
  timer: isRunning(state.timer) ? state.timer : running(at + state.timer.remaining),
  startsAt: null,
  run: state.period === "turn" ? { ...(state.run ?? { startedAt: at, drove: 0 }), since: at } : state.run
})

/** The present turn stops running at `at`. */
export const turnStopped = (state: RoomState, at: number): RoomState => ({
  ...state,
  run: state.run && { ...state.run, drove: droveUntil(state.run, at), since: null }
})

/** The present turn ends at `at`. If it has run, it comes into the log, and the next turn has the next number. */
export const endTurn = (state: RoomState, at: number, ended: TurnLog.Ended): RoomState => {
  const { driver, log, people, run, turn, turnsSinceBreak } = state
  if (run === null) return state
  const drove = droveUntil(run, at)
  return {
    ...state,
    people: People.change(people, driver, (person) => ({
      ...person,
      turns: person.turns + 1,
      drove: person.drove + drove
    })),
    log: TurnLog.append(log, [turn, driver, People.navigatorOf(state).number, run.startedAt, at, drove, ended]),
    turn: turn + 1,
    turnsSinceBreak: turnsSinceBreak + 1,
    run: null
  }
}

const droveUntil = ({ drove, since }: NonNullable<RoomState["run"]>, at: number) =>
  drove + (since === null ? 0 : Math.max(0, at - since))
