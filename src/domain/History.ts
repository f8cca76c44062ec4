/**
 * What somebody who has seen one state of a room has to be shown, when the room is in another one.
 */
import { settle, statesUntil } from "./Settle.ts"
import type { RoomState } from "./RoomState.ts"

/**
 * Returns the states to show, from the one that was seen last to the one that the store has at `now`. A finish that was skipped
 * comes first; of several finishes, only the last one. A finish that was seen does not come again if the store has gone back to
 * a state before it.
 */
export const statesSince = (seen: RoomState, written: RoomState, now: number): ReadonlyArray<RoomState> => {
  const settled = settle(written, now)
  if (settled.id === seen.id) return []
  const states =
    seen.command.id === written.command.id
      ? statesUntil(seen, now)
      : [...skipped(seen, written), written, ...statesUntil(written, now)]
  const since = states.filter(({ id }, index) => id !== (states[index - 1] ?? seen).id)
  const finishes = since.filter(({ change }) => change === "finish")
  if (since.length === 0 || finishes.some((finish) => !isNewer(finish, seen))) return [settled]
  return finishes.length > 1 ? since.slice(since.indexOf(finishes.at(-1)!)) : since
}

/** Is the last finish of a state newer than that of another one? */
export const isNewer = ({ finishedAt }: RoomState, seen: RoomState): boolean =>
  finishedAt !== null && finishedAt > (seen.finishedAt ?? Number.NEGATIVE_INFINITY)

/** Returns the states between the one that was seen and the one on which the last command acted, as far as they are known. */
const skipped = (seen: RoomState, written: RoomState): ReadonlyArray<RoomState> => {
  const own = statesUntil(seen, written.command.at)
  const last = own.findIndex(({ id }) => id === written.previousId)
  return last === -1
    ? own.filter(({ change, finishedAt }) => change === "finish" && finishedAt === written.finishedAt)
    : own.slice(0, last + 1)
}
