/** What the room becomes when a period ends, for a page that cannot ask the service. */
import type { RoomView } from "../../client/RoomClient.ts"
import { comingOf } from "./people.ts"

/** When the next period starts by itself. */
const startsAtOf = ({ autoStart, endsAt }: RoomView): number | null =>
  autoStart === null || endsAt === null ? null : endsAt + autoStart.after

/** Returns the room after the finish of its running period, as far as a page can know it. */
export const finished = (room: RoomView): RoomView => {
  const ended = {
    running: false,
    endsAt: null,
    finishedAt: room.endsAt,
    acknowledgedAt: null,
    startsAt: startsAtOf(room)
  } as const
  if (room.period === "break") {
    return { ...room, ...ended, period: "turn", periodDuration: room.duration, remainingTime: room.duration }
  }
  // The one who has driven comes last, and drives again where everybody else is away.
  const order = [...comingOf(room.people, room), { name: room.driver, away: false }].filter(({ away }) => !away)
  const driver = order[0]?.name ?? room.driver
  const navigator = order[1]?.name ?? room.navigator
  const breakIn =
    room.breaks === null || room.breakIn === null ? null : room.breakIn === 1 ? room.breaks.every : room.breakIn - 1
  const length = room.breakIn === 1 ? (room.breaks?.duration ?? room.duration) : room.duration
  return {
    ...room,
    ...ended,
    driver,
    navigator,
    turn: room.turn + 1,
    breakIn,
    period: room.breakIn === 1 ? "break" : "turn",
    periodDuration: length,
    remainingTime: length
  }
}

/** Returns the room after its period has started by itself. */
const started = (room: RoomView, at: number): RoomView => ({
  ...room,
  running: true,
  endsAt: at + room.remainingTime,
  startsAt: null,
  acknowledgedAt: room.acknowledgedAt ?? at,
  lastChange: { kind: "start", by: null, at, undoUntil: null }
})

/** The service starts no more periods by itself than this, when nobody does anything. */
const STEPS_MOST = 480

/** When time changes the room next, in milliseconds; null for never. */
export const dueOf = ({ endsAt, running, startsAt }: RoomView): number | null => (running ? endsAt : startsAt)

/** Returns what time alone has made of the room until `now`: the same value where that is nothing. */
export const expectedAt = (room: RoomView, now: number): RoomView => {
  let next = room
  for (let step = 0; step < STEPS_MOST; step++) {
    const due = dueOf(next)
    if (due === null || due > now) break
    next = next.running ? finished(next) : started(next, due)
  }
  return next
}
