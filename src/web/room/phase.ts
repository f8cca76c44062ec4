/** What the screen shows of a room, from the room and the whole seconds that are left of its turn. */
import type { RoomView } from "../../client/RoomClient.ts"

export { timeText, wholeSeconds } from "../../domain/TimeText.ts"

/** How long it takes until another whole second has gone by since a moment, or the next one until it; in milliseconds. */
export const untilSecondSince = (since: number, now: number): number => {
  const gone = (now - since) % 1_000
  return gone < 0 ? -gone : 1_000 - gone
}

export type Phase = "idle" | "running" | "paused" | "last" | "up" | "completed"

/** From how many seconds on a turn is in its last ones. */
export const LAST_SECONDS = 10

/** `up` is whether the time is up and nobody has reacted to it yet. */
export const phaseOf = (
  {
    periodDuration,
    remainingTime,
    running,
    status
  }: Pick<RoomView, "periodDuration" | "remainingTime" | "running" | "status">,
  seconds: number,
  up: boolean
): Phase => {
  if (status === "COMPLETED") return "completed"
  if (up) return "up"
  if (running) return seconds <= LAST_SECONDS ? "last" : "running"
  return remainingTime < periodDuration ? "paused" : "idle"
}

/** How the room looks: its phase, or a break in any phase before the end. */
export type State = Phase | "break"

export const stateOf = (phase: Phase, period: "turn" | "break" | undefined): State =>
  period === "break" && phase !== "up" && phase !== "completed" ? "break" : phase

/** The marks of a turn, in seconds, that are worth saying: its half, five minutes, one minute, ten seconds. */
export const marksOf = (fullSeconds: number): ReadonlyArray<number> =>
  [Math.floor(fullSeconds / 2), 300, 60, 10].filter((mark) => mark >= 5 && mark < fullSeconds)

/** Was a mark reached or passed between two looks at the seconds that are left? */
export const passed = (mark: number, before: number, after: number): boolean => before > mark && after <= mark
