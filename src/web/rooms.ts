/** The rooms that this browser has been in, the last one first. */
import type { RoomView } from "../client/RoomClient.ts"
import { kept } from "./kept.ts"

export interface KnownRoom {
  readonly code: string
  readonly driver: string
  readonly navigator: string
}

/** The most that are remembered. */
export const ROOMS_MAX = 8

const isKnownRoom = (value: unknown): value is KnownRoom =>
  typeof value === "object" &&
  value !== null &&
  ["code", "driver", "navigator"].every((name) => typeof (value as Record<string, unknown>)[name] === "string")

export const rooms = kept<ReadonlyArray<KnownRoom>>(
  "rooms",
  [],
  (value): value is ReadonlyArray<KnownRoom> => Array.isArray(value) && value.every(isKnownRoom)
)

/** The list with a room put first; the names stand in one order, whoever drives. */
export const remembered = (
  known: ReadonlyArray<KnownRoom>,
  { accessCode, driver, navigator }: Pick<RoomView, "accessCode" | "driver" | "navigator">
): ReadonlyArray<KnownRoom> => {
  const [first, second] = driver < navigator ? [driver, navigator] : [navigator, driver]
  const others = known.filter(({ code }) => code !== accessCode)
  return [{ code: accessCode, driver: first, navigator: second }, ...others].slice(0, ROOMS_MAX)
}

export const forget = (code: string): void => {
  rooms.value = rooms.peek().filter((room) => room.code !== code)
}
