/**
 * What a client of a room sees: the room as JSON, and the events of its stream.
 */
import { Schema } from "effect"
import { AccessCode, remaining, type RoomState, TimerChange } from "./RoomState.ts"
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
  /** Only present while the store is away: then the room may be in another state by now. */
  uncertain: Schema.optionalKey(Schema.Literal(true))
})
export type RoomView = typeof RoomView.Type

/** The JSON of a room's timer. */
export const TimerView = RoomView.mapFields(({ duration, remainingTime, running, endsAt, serverTime }) => ({
  duration,
  remainingTime,
  running,
  endsAt,
  serverTime
}))
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

/** Returns the room as its clients see it at `now` (milliseconds since the epoch). */
export const viewOf = (state: RoomState, now: number, connections: number, uncertain = false): RoomView => ({
  driver: state.driver,
  navigator: state.navigator,
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
  connections,
  serverTime: now,
  ...(uncertain ? { uncertain } : {})
})

export const timerViewOf = ({ duration, remainingTime, running, endsAt, serverTime }: RoomView): TimerView => ({
  duration,
  remainingTime,
  running,
  endsAt,
  serverTime
})

/**
 * An event in the format of Server-Sent Events (HTML standard, section 9.2.6). The data of no event holds a line
 * break: numbers, fixed words, and JSON, which escapes them.
 */
export const toSse = ({ event, data, id }: RoomEvent): string =>
  `event: ${event}\ndata: ${typeof data === "object" ? JSON.stringify(data) : data}\n${id === undefined ? "" : `id: ${id}\n`}\n`
