/**
 * A room as one line of plain text, for a terminal: `14:32 left · ann drives, bo next · turn 3`.
 *
 * A name always stands between Latin words, so that a name in Arabic or Hebrew does not turn round what is beside it. Names have no
 * control characters.
 */
import type { RoomView } from "../../domain/RoomView.ts"
import { overtime, phaseOf, startsIn, timeLeft } from "./Phase.ts"

/** Returns the line, without a line break at its end. */
export const lineOf = (room: RoomView): string => [...partsOf(room), `turn ${room.turn}`].join(" · ")

const partsOf = (room: RoomView): ReadonlyArray<string> => {
  const { driver, period } = room
  const phase = phaseOf(room)
  if (phase === "completed") return ["completed"]
  if (phase === "up") {
    const next = period === "break" ? `break next, then ${driver} drives` : `${driver} drives next`
    return [`time is up, overtime ${overtime(room)}`, next]
  }
  const time = {
    running: `${timeLeft(room)} left`,
    paused: `${timeLeft(room)} left, paused`,
    idle: `${timeLeft(room)}, not started`,
    waiting: `starts by itself in ${startsIn(room)}`
  }[phase]
  return period === "break"
    ? [`break: ${time}`, `${driver} drives next`]
    : [time, `${driver} drives, ${room.navigator} next`]
}
