/**
 * A room as its clients see it: the JSON, and how it comes from the state of the room. All times are milliseconds.
 */
import { Schema, Struct } from "effect"
import { EXAMPLE as CODE } from "./AccessCode.ts"
import { undoUntilOf } from "./Commands.ts"
import { list, MOST, name, text, time, whole } from "./described.ts"
import { GOAL_CODE_POINTS_MAX } from "./Name.ts"
import { PEOPLE_MAX, PEOPLE_MIN } from "./PeopleCount.ts"
import { AccessCode, breakInOf, ChangeKind, Period, remaining, rolesOf, type RoomState } from "./RoomState.ts"
import { AUTO_START_MAX, BREAK_EVERY_MAX, DURATION_MAX, DURATION_MIN, isRunning } from "./Timer.ts"

const maybeTime = (description: string) => Schema.NullOr(time(description))

const Duration = whole(DURATION_MIN, DURATION_MAX, "the length of a turn, in milliseconds", 600_000)

const AutoStart = Schema.NullOr(
  Schema.Struct({ after: whole(0, AUTO_START_MAX, "so many milliseconds after a finish", 30_000) })
).annotate({ description: "when the next period starts by itself; null where it does not" })

const Breaks = Schema.NullOr(
  Schema.Struct({
    every: whole(1, BREAK_EVERY_MAX, "after so many turns", 4),
    duration: whole(DURATION_MIN, DURATION_MAX, "the length of the break, in milliseconds", 600_000)
  })
).annotate({ description: "when there are breaks; null for never" })

const Person = Schema.Struct({
  name: name("unique in the room", "ann"),
  away: Schema.Boolean.annotate({ description: "someone who is away is passed over" })
}).annotate({ identifier: "Person", description: "Somebody in the room." })

const LastChange = Schema.Struct({
  kind: ChangeKind.annotate({ description: "what it was" }),
  by: Schema.NullOr(name("who made it, if that was said", "bo")),
  at: time("when it was"),
  undoUntil: maybeTime("until when it can be undone; null where it cannot")
}).annotate({ identifier: "LastChange", description: "The last command, finish or start by itself." })

const NOW = 1_790_000_000_000

const TIMER = {
  duration: 600_000,
  remainingTime: 597_000,
  running: true,
  endsAt: NOW + 597_000,
  serverTime: NOW,
  period: "turn",
  periodDuration: 600_000,
  startsAt: null
} as const

const EXAMPLE = {
  ...TIMER,
  driver: "ann",
  navigator: "bo",
  status: "IN_PROGRESS",
  missionUrl: "",
  id: "4f1c2a9be07d5683c1",
  accessCode: CODE,
  turn: 2,
  finishedAt: NOW - 60_000,
  connections: 2,
  people: [
    { name: "ann", away: false },
    { name: "bo", away: false },
    { name: "cem", away: true }
  ],
  here: ["ann", "bo"],
  autoStart: null,
  breaks: { every: 4, duration: 600_000 },
  breakIn: 3,
  goal: "log in with a passkey",
  acknowledgedAt: NOW - 3_000,
  lastChange: { kind: "start", by: "bo", at: NOW - 3_000, undoUntil: null }
} as const

/** The JSON of a room, in an answer and in an event named `room`. */
export const RoomView = Schema.Struct({
  driver: name("who drives: one of `people`", "ann"),
  navigator: name("who navigates: the next one after the driver who is not away", "bo"),
  status: Schema.Literals(["IN_PROGRESS", "COMPLETED"]).annotate({ description: "can the room still be changed?" }),
  duration: Duration,
  remainingTime: whole(1, DURATION_MAX, "what is left of this period, in milliseconds", 597_000),
  missionUrl: text(0, 16_384, "what the room works on: an http or https URL, or empty", "https://example.org/mission"),
  id: text(1, 64, "names this state of the room, for `If-Match`", "4f1c2a9be07d5683c1"),
  accessCode: AccessCode,
  running: Schema.Boolean.annotate({ description: "does the timer run?" }),
  endsAt: maybeTime("when the time is up; null unless the timer runs"),
  turn: whole(1, MOST, "the number of the turn", 1),
  finishedAt: maybeTime("when the time was up last"),
  connections: whole(0, MOST, "how many streams of the room are open", 2),
  serverTime: time("the server's clock"),
  people: list(Person, PEOPLE_MIN, PEOPLE_MAX, "everybody, in the order in which they drive"),
  here: list(name("one of `people`", "ann"), 0, PEOPLE_MAX, "who is connected under their name, sorted"),
  period: Period.annotate({ description: "what the timer counts now" }),
  periodDuration: whole(1, DURATION_MAX, "the length of this period with extensions, in milliseconds", 600_000),
  startsAt: maybeTime("when this period starts by itself"),
  autoStart: AutoStart,
  breaks: Breaks,
  breakIn: Schema.NullOr(whole(1, BREAK_EVERY_MAX, "how many turns until the next break, the present one included", 3)),
  goal: text(0, GOAL_CODE_POINTS_MAX, "what the room works on, in one line", "log in with a passkey"),
  acknowledgedAt: maybeTime("when somebody reacted to the last finish"),
  lastChange: LastChange,
  uncertain: Schema.optionalKey(
    Schema.Literal(true).annotate({
      description: "only while the store is away: the room may be in another state by now"
    })
  )
}).annotate({ identifier: "Room", description: "A room as it is now.", examples: [EXAMPLE as never] })
export type RoomView = typeof RoomView.Type

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

/** The fields of a room that show its timer. */
const TIMER_FIELDS = [
  "duration",
  "remainingTime",
  "running",
  "endsAt",
  "serverTime",
  "period",
  "periodDuration",
  "startsAt"
] as const

/** The JSON of a room's timer. */
export const TimerView = RoomView.mapFields(Struct.pick(TIMER_FIELDS)).annotate({
  identifier: "Timer",
  description: "The timer of a room as it is now.",
  examples: [TIMER]
})
export type TimerView = typeof TimerView.Type

/** Returns the room as it is at a time of the server, in milliseconds, if nothing happens until then but that time passes. */
export const countedOn = (room: RoomView, serverTime: number): RoomView => ({
  ...room,
  serverTime,
  remainingTime: room.endsAt === null ? room.remainingTime : Math.max(0, room.endsAt - serverTime)
})

export const timerViewOf: (room: RoomView) => TimerView = Struct.pick(TIMER_FIELDS)
