/**
 * What a client of a room sees: the room as JSON, and the events of its stream.
 */
import { Schema } from "effect"
import { undoUntilOf } from "./Commands.ts"
import {
  AccessCode,
  AutoStart,
  breakInOf,
  Breaks,
  ChangeKind,
  Period,
  remaining,
  rolesOf,
  type RoomState,
  TimerChange
} from "./RoomState.ts"
import { isRunning } from "./Timer.ts"

/** The JSON of a room, in an answer and in an event named `room`. All times are milliseconds. */
export const RoomView = Schema.Struct({
  driver: Schema.String,
  navigator: Schema.String,
  status: Schema.Literals(["IN_PROGRESS", "COMPLETED"]),
  duration: Schema.Int,
  remainingTime: Schema.Int,
  missionUrl: Schema.String,
  id: Schema.String,
  accessCode: AccessCode,
  running: Schema.Boolean,
  endsAt: Schema.NullOr(Schema.Int),
  turn: Schema.Int,
  finishedAt: Schema.NullOr(Schema.Int),
  connections: Schema.Int,
  serverTime: Schema.Int,
  /** In the order in which they drive. */
  people: Schema.Array(Schema.Struct({ name: Schema.String, away: Schema.Boolean })),
  /** Those of `people` who are connected under their name, sorted. */
  here: Schema.Array(Schema.String),
  period: Period,
  /** The full length of this period, with extensions. */
  periodDuration: Schema.Int,
  /** When this period starts by itself. */
  startsAt: Schema.NullOr(Schema.Int),
  autoStart: AutoStart,
  breaks: Breaks,
  /** How many turns there are until the next break, the present one included. */
  breakIn: Schema.NullOr(Schema.Int),
  goal: Schema.String,
  /** When somebody reacted to the last finish. */
  acknowledgedAt: Schema.NullOr(Schema.Int),
  lastChange: Schema.Struct({
    kind: ChangeKind,
    by: Schema.NullOr(Schema.String),
    at: Schema.Int,
    /** Until when it can be undone. */
    undoUntil: Schema.NullOr(Schema.Int)
  }),
  /** Only present while the store is away: then the room may be in another state by now. */
  uncertain: Schema.optionalKey(Schema.Literal(true))
})
export type RoomView = typeof RoomView.Type

/** The JSON of a room's timer. */
export const TimerView = RoomView.mapFields(
  ({ duration, remainingTime, running, endsAt, serverTime, period, periodDuration, startsAt }) => ({
    duration,
    remainingTime,
    running,
    endsAt,
    serverTime,
    period,
    periodDuration,
    startsAt
  })
)
export type TimerView = typeof TimerView.Type

const event = <const Name extends string, Data extends Schema.Top>(name: Name, data: Data) =>
  Schema.Struct({ event: Schema.Literal(name), data, id: Schema.optionalKey(Schema.String) })

const Count = Schema.FiniteFromString

/** An event of a room's stream. Its encoded form is a Server-Sent Event. */
export const RoomEvent = Schema.Union([
  event("connect", Schema.Literal("OK")),
  event("room", Schema.fromJsonString(RoomView)),
  event("remaining-time", Count),
  event("timer", Schema.Literals([...TimerChange.literals, "running"])),
  event("close", Schema.Literal("OK")),
  event("heartbeat", Count)
])
export type RoomEvent = typeof RoomEvent.Type

/** Who watches a room, through any instance. */
export interface Watchers {
  readonly connections: number
  /** The names under which they are connected. */
  readonly names: ReadonlyArray<string>
}

/** Returns the room as its clients see it at `now` (milliseconds since the epoch). */
export const viewOf = (state: RoomState, now: number, watchers: Watchers, uncertain = false): RoomView => ({
  ...rolesOf(state),
  status: state.status,
  duration: state.duration,
  remainingTime: remaining(state, now),
  missionUrl: state.missionUrl,
  id: state.id,
  accessCode: state.accessCode,
  running: isRunning(state.timer),
  endsAt: isRunning(state.timer) ? state.timer.endsAt : null,
  turn: state.turn,
  finishedAt: state.finishedAt,
  connections: watchers.connections,
  serverTime: now,
  people: state.people.map(({ away, name }) => ({ name, away })),
  here: hereOf(state, watchers.names),
  period: state.period,
  periodDuration: state.periodDuration,
  startsAt: state.startsAt,
  autoStart: state.autoStart,
  breaks: state.breaks,
  breakIn: breakInOf(state),
  goal: state.goal,
  acknowledgedAt: state.acknowledgedAt,
  lastChange: { kind: state.change, by: state.by, at: state.changedAt, undoUntil: undoUntilOf(state) },
  ...(uncertain ? { uncertain } : {})
})

/** Returns those of the people of a room who are among these names, sorted. */
export const hereOf = ({ people }: Pick<RoomState, "people">, names: ReadonlyArray<string>): ReadonlyArray<string> =>
  people
    .map(({ name }) => name)
    .filter((name) => names.includes(name))
    .toSorted()

export const timerViewOf = (room: RoomView): TimerView => ({
  duration: room.duration,
  remainingTime: room.remainingTime,
  running: room.running,
  endsAt: room.endsAt,
  serverTime: room.serverTime,
  period: room.period,
  periodDuration: room.periodDuration,
  startsAt: room.startsAt
})

/**
 * An event in the format of Server-Sent Events (HTML standard, section 9.2.6). The data of no event holds a line
 * break: numbers, fixed words, and JSON, which escapes them.
 */
export const toSse = ({ event, data, id }: RoomEvent): string =>
  `event: ${event}\ndata: ${typeof data === "object" ? JSON.stringify(data) : data}\n${id === undefined ? "" : `id: ${id}\n`}\n`
