/**
 * The state of a room: an immutable value. `Settle` computes what time alone does to it, and commands lead from one state to
 * the next. The schema has limits, so that a damaged record does not pass for a room.
 */
import { Schema } from "effect"
import * as AccessCodes from "./AccessCode.ts"
import { Count, Former, make as makePeople, navigatorOf, nameOf, type People, Person } from "./People.ts"
import { PEOPLE_MAX, PEOPLE_MIN } from "./PeopleCount.ts"
import { type NewRoom, peopleOf } from "./RoomInput.ts"
import { LoggedTurn, LogPatch, patchOf, type TurnLog } from "./TurnLog.ts"
import { AUTO_START_MAX, BREAK_EVERY_MAX, DURATION_MAX, DURATION_MIN, paused, remainingAt } from "./Timer.ts"

export const AccessCode = Schema.String.check(
  Schema.makeFilter((text) => AccessCodes.isAccessCode(text), {
    expected: "an access code",
    description: "the key to the room",
    examples: [AccessCodes.EXAMPLE],
    toJsonSchema: () => ({ pattern: AccessCodes.CODE_PATTERN.source })
  })
).pipe(Schema.brand("AccessCode"))
export type AccessCode = AccessCodes.AccessCode

const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))
const Duration = between(DURATION_MIN, DURATION_MAX)
const Millis = between(1, DURATION_MAX)
const Time = Schema.NullOr(Schema.Int)

/** The name of a state. It stands in headers, and in lines of streams. */
const Id = Schema.String.check(Schema.isPattern(/^[ !#-~]{1,256}$/))

const Timer = Schema.Union([
  Schema.Struct({ _tag: Schema.tag("Paused"), remaining: Millis }),
  Schema.Struct({ _tag: Schema.tag("Running"), endsAt: Schema.Int })
])

/** What the timer counts: a turn of the driver, or a break. */
export const Period = Schema.Literals(["turn", "break"])
export type Period = typeof Period.Type

/** After a finish the next period starts by itself, `after` milliseconds later. */
export const AutoStart = Schema.NullOr(Schema.Struct({ after: between(0, AUTO_START_MAX) }))

/** After every `every` turns there is a break of `duration` milliseconds. */
export const Breaks = Schema.NullOr(Schema.Struct({ every: between(1, BREAK_EVERY_MAX), duration: Duration }))

/** The data of the event `timer` after a change. */
export const TimerChange = Schema.Literals(["start", "pause", "stop", "update", "complete"])
export type TimerChange = typeof TimerChange.Type

/** What a change is called. */
export const ChangeKind = Schema.Literals([
  "create",
  "start",
  "pause",
  "update",
  "reset",
  "swap",
  "finish",
  "complete",
  "next",
  "extend",
  "break",
  "ack",
  "undo",
  "people",
  "settings"
])
export type ChangeKind = typeof ChangeKind.Type

/** Everything that a command may change, and that an undo brings back. */
const values = {
  /** The `timer` event of the last change that had one. */
  timerChange: Schema.NullOr(TimerChange),
  status: Schema.Literals(["IN_PROGRESS", "COMPLETED"]),
  people: Schema.Array(Person).check(Schema.isMinLength(PEOPLE_MIN), Schema.isMaxLength(PEOPLE_MAX)),
  former: Schema.Array(Former),
  driver: Count,
  missionUrl: Schema.String,
  goal: Schema.String,
  /** The full length of a turn, in milliseconds. */
  duration: Duration,
  autoStart: AutoStart,
  breaks: Breaks,
  period: Period,
  /** The full length of this period, with extensions, in milliseconds. */
  periodDuration: Duration,
  timer: Timer,
  /** When this period starts by itself. */
  startsAt: Time,
  /** The length of the present break, without extensions; null in a turn. */
  breakLength: Schema.NullOr(Duration),
  /** The turn that waits behind the present break. */
  waiting: Schema.NullOr(Schema.Struct({ remaining: Millis, periodDuration: Duration })),
  /** The number of the turn: 1 at first. */
  turn: Count,
  /** Since the last break, without the present turn. */
  turnsSinceBreak: Count,
  /** How the present turn has run, or null before its first start: `drove` milliseconds, and since `since` where it runs. */
  run: Schema.NullOr(Schema.Struct({ startedAt: Schema.Int, drove: Count, since: Time })),
  /** When the timer last stopped running, in milliseconds since the epoch. */
  ranUntil: Time,
  /** When the last finish was, in milliseconds since the epoch. */
  finishedAt: Time,
  /** When somebody reacted to the last finish. */
  acknowledgedAt: Time
}

const hasDriver = Schema.makeFilter(
  ({ driver, people }: Pick<People, "driver" | "people">) => people.some(({ number }) => number === driver),
  { expected: "people among whom the driver is" }
)

const Values = Schema.Struct(values).check(hasDriver)

export const RoomState = Schema.Struct({
  /** The version of this format, for rooms that were stored by another release. */
  version: Schema.Literal(2),
  accessCode: AccessCode,
  /** Names this state. Two different states never have the same `id`. */
  id: Id,
  /** The `id` of the state before this one. */
  previousId: Schema.NullOr(Id),
  /** The last command that changed something. The ids of what is computed afterwards follow from its id. */
  command: Schema.Struct({ id: Id, at: Schema.Int }),
  /** How many finishes and starts by themselves were computed since then, and how many of them were starts. */
  computed: Count,
  startsComputed: Count,
  /** The last change, who made it, and when. */
  change: ChangeKind,
  by: Schema.NullOr(Schema.String),
  changedAt: Schema.Int,
  ...values,
  log: Schema.Array(LoggedTurn),
  /** What was before the last change, as long as that may be needed: for an undo, or to take a finish back. */
  before: Schema.NullOr(Schema.Struct({ values: Values, log: LogPatch })),
  /** How many times all streams of the room were ended on purpose. It is not part of what `id` names. */
  streamsEnded: Count
}).check(hasDriver)
export type RoomState = typeof RoomState.Type

export type Values = typeof Values.Type

/** The time of a change, who makes it, and a nonce from a cryptographic source that makes its `id` unique. */
export interface Moment {
  /** Milliseconds since the epoch, by the clock of the store. */
  readonly now: number
  readonly nonce: string
  readonly by?: string | null
}

export const create = (accessCode: AccessCode, room: NewRoom, { by = null, nonce, now }: Moment): RoomState => ({
  version: 2,
  accessCode,
  id: nonce,
  previousId: null,
  command: { id: nonce, at: now },
  computed: 0,
  startsComputed: 0,
  change: "create",
  by,
  changedAt: now,
  timerChange: null,
  status: "IN_PROGRESS",
  ...makePeople(peopleOf(room)),
  missionUrl: room.missionUrl ?? "",
  goal: room.goal ?? "",
  duration: room.timerDuration,
  autoStart: room.autoStart ?? null,
  breaks: room.breaks ?? null,
  period: "turn",
  periodDuration: room.timerDuration,
  timer: paused(room.timerRemainingTime || room.timerDuration),
  startsAt: null,
  breakLength: null,
  waiting: null,
  turn: 1,
  turnsSinceBreak: 0,
  run: null,
  ranUntil: null,
  finishedAt: null,
  acknowledgedAt: null,
  log: [],
  before: null,
  streamsEnded: 0
})

/** Returns the remaining time at `now`, in milliseconds. It is never 0: then the clock makes the finish. */
export const remaining = (state: RoomState, now: number): number =>
  Math.max(1, remainingAt(state.timer, state.periodDuration, now))

/** Returns who drives and who navigates. */
export const rolesOf = (state: RoomState): { readonly driver: string; readonly navigator: string } => ({
  driver: nameOf(state, state.driver),
  navigator: navigatorOf(state).name
})

/** Returns how many turns there are until the next break, the present one included. */
export const breakInOf = ({ breaks, period, status, turnsSinceBreak }: RoomState): number | null =>
  breaks === null || status === "COMPLETED"
    ? null
    : period === "break"
      ? breaks.every
      : Math.max(1, breaks.every - turnsSinceBreak)

/** Returns what has to be kept of a state so that it can be brought back from one with this log. */
export const remember = (state: RoomState, log: TurnLog): NonNullable<RoomState["before"]> => ({
  values: valuesOf(state),
  log: patchOf(state.log, log)
})

/** One by one, because it is done for each of hundreds of finishes, and a rest pattern takes longer. */
const valuesOf = (state: RoomState): Values => ({
  timerChange: state.timerChange,
  status: state.status,
  people: state.people,
  former: state.former,
  driver: state.driver,
  missionUrl: state.missionUrl,
  goal: state.goal,
  duration: state.duration,
  autoStart: state.autoStart,
  breaks: state.breaks,
  period: state.period,
  periodDuration: state.periodDuration,
  timer: state.timer,
  startsAt: state.startsAt,
  breakLength: state.breakLength,
  waiting: state.waiting,
  turn: state.turn,
  turnsSinceBreak: state.turnsSinceBreak,
  run: state.run,
  ranUntil: state.ranUntil,
  finishedAt: state.finishedAt,
  acknowledgedAt: state.acknowledgedAt
})
