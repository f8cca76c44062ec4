/** What the room becomes when a period ends, for a page that cannot ask the service. */
import type { RoomView } from "../../client/RoomClient.ts"
import { comingOf } from "./people.ts"

/** Returns the room after the finish of its running period, as far as a page can know it. */
export const finished = (room: RoomView): RoomView => {
  const ended = { running: false, endsAt: null, finishedAt: room.endsAt, acknowledgedAt: null } as const
  if (room.period === "break") {
    return { ...room, ...ended, period: "turn", periodDuration: room.duration, remainingTime: room.duration }
  }
  const driver = room.navigator
  // The one who has driven comes last.
  const others = [...comingOf(room.people, room).slice(1), { name: room.driver, away: false }]
  const navigator = others.find(({ away }) => !away)?.name ?? room.driver
  const length = room.breakIn === 1 ? (room.breaks?.duration ?? room.duration) : room.duration
  return {
    ...room,
    ...ended,
    driver,
    navigator,
    turn: room.turn + 1,
    period: room.breakIn === 1 ? "break" : "turn",
    periodDuration: length,
    remainingTime: length
  }
}
