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
