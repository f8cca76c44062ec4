/**
 * What a room is doing, as the line, the badge and the calendar say it.
 */
import type { RoomView } from "../../domain/RoomView.ts"
import { timeText, wholeSeconds } from "../../domain/TimeText.ts"

/**
 * `idle`: at its full length, and nobody has started it; `waiting`: it starts by itself; `up`: the time is up, and nobody has
 * reacted to it yet.
 */
export type Phase = "running" | "paused" | "idle" | "waiting" | "up" | "completed"

export const phaseOf = (room: RoomView): Phase => {
  if (room.status === "COMPLETED") return "completed"
  if (room.running) return "running"
  if (room.startsAt !== null) return "waiting"
  if (room.finishedAt !== null && room.acknowledgedAt === null) return "up"
  return room.remainingTime < room.periodDuration ? "paused" : "idle"
}

/** Returns what is left of the period, as `14:32`. */
export const timeLeft = ({ remainingTime }: RoomView): string => timeText(wholeSeconds(remainingTime))

/** Returns in what time the period starts by itself, as `0:08`. */
export const startsIn = ({ serverTime, startsAt }: RoomView): string =>
  timeText(wholeSeconds((startsAt ?? serverTime) - serverTime))

/** Returns how long the time has been up, as `0:42`. */
export const overtime = ({ finishedAt, serverTime }: RoomView): string =>
  timeText(Math.floor(Math.max(0, serverTime - (finishedAt ?? serverTime)) / 1_000))
