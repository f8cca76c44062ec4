/** The rooms that this browser has been in, the last one first. */
import { kept } from "./kept.ts"
import type { KnownRoom } from "./remembered.ts"

const isKnownRoom = (value: unknown): value is KnownRoom =>
  typeof value === "object" &&
  value !== null &&
  ["code", "driver", "navigator"].every((name) => typeof (value as Record<string, unknown>)[name] === "string")

export const rooms = kept<ReadonlyArray<KnownRoom>>(
  "rooms",
  [],
  (value): value is ReadonlyArray<KnownRoom> => Array.isArray(value) && value.every(isKnownRoom)
)

export const forget = (code: string): void => {
  rooms.value = rooms.peek().filter((room) => room.code !== code)
}
