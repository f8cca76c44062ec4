/** What a browser remembers of the rooms that it has been in. */
import type { RoomView } from "../client/RoomClient.ts"

export interface KnownRoom {
  readonly code: string
  readonly driver: string
  readonly navigator: string
  /** Everybody, in alphabetical order. Rooms that an earlier version remembered do not have it. */
  readonly people?: ReadonlyArray<string>
}

/** The most that are remembered. */
export const ROOMS_MAX = 8

/** The list with a room put first; the names stand in one order, whoever drives. */
export const remembered = (
  known: ReadonlyArray<KnownRoom>,
  { accessCode, driver, navigator, people }: Pick<RoomView, "accessCode" | "driver" | "navigator" | "people">
): ReadonlyArray<KnownRoom> => {
  const [first, second] = driver < navigator ? [driver, navigator] : [navigator, driver]
  const others = known.filter(({ code }) => code !== accessCode)
  const names = people.map(({ name }) => name).toSorted()
  return [{ code: accessCode, driver: first, navigator: second, people: names }, ...others].slice(0, ROOMS_MAX)
}
