/**
 * Rooms that an earlier version has stored. They become rooms of two people.
 */
import { Schema, Struct } from "effect"
import { KeptName, make as makePeople } from "./People.ts"
import { RoomState } from "./RoomState.ts"
import { isRunning } from "./Timer.ts"

/** The format of version 1. */
export const RoomStateV1 = Schema.Struct({
  ...Struct.pick(RoomState.fields, [
    "accessCode",
    "duration",
    "finishedAt",
    "id",
    "missionUrl",
    "previousId",
    "status",
    "streamsEnded",
    "timer",
    "timerChange",
    "turn"
  ]),
  version: Schema.Literal(1),
  change: Schema.Literals(["create", "start", "pause", "update", "reset", "swap", "finish", "complete"]),
  driver: KeptName,
  navigator: KeptName
})
export type RoomStateV1 = typeof RoomStateV1.Type

/** Returns a room of version 1 in the present format. What it did not keep, such as the time of its last change, is estimated. */
export const upgrade = ({ driver, navigator, ...room }: RoomStateV1): RoomState => {
  const { duration, finishedAt, id, status, timer } = room
  const began = isRunning(timer) ? timer.endsAt - duration : (finishedAt ?? 0)
  const hasRun = status === "IN_PROGRESS" && (isRunning(timer) || timer.remaining < duration)
  return {
    ...room,
    version: 2,
    command: { id, at: began },
    computed: 0,
    startsComputed: 0,
    by: null,
    changedAt: began,
    ...makePeople([driver, navigator]),
    goal: "",
    autoStart: null,
    breaks: null,
    period: "turn",
    periodDuration: duration,
    startsAt: null,
    breakLength: null,
    waiting: null,
    turnsSinceBreak: 0,
    run: !hasRun
      ? null
      : isRunning(timer)
        ? { startedAt: began, drove: 0, since: began }
        : { startedAt: began, drove: duration - timer.remaining, since: null },
    ranUntil: finishedAt,
    // Nobody could acknowledge it.
    acknowledgedAt: finishedAt,
    log: [],
    before: null
  }
}
