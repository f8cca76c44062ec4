/** What somebody has done, as it is said: more exactly than the service names it, from the room before and after it. */
import type { RoomView } from "../../client/RoomClient.ts"
import type { Text } from "../text/en.ts"

export type Change = keyof Text["changes"]

type Changed = Pick<
  RoomView,
  "autoStart" | "breaks" | "duration" | "goal" | "lastChange" | "missionUrl" | "people" | "period"
>

const SETTINGS = ["autoStart", "breaks", "goal", "missionUrl"] as const

/** Returns what the last change of a room was, as far as the page has words for it. */
export const changeOf = (before: Changed, now: Changed): Change => {
  const { kind } = now.lastChange
  if (kind === "next" && before.period === "break" && now.period === "turn") return "endBreak"
  if (kind === "update" && before.duration !== now.duration) return "length"
  if (kind === "people") return changeOfPeople(before.people, now.people)
  if (kind === "settings") {
    const changed = SETTINGS.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(now[name]))
    return (changed.length === 1 && changed[0]) || kind
  }
  return kind as Change
}

const changeOfPeople = (before: RoomView["people"], now: RoomView["people"]): Change => {
  const known = new Map(before.map(({ away, name }) => [name, away]))
  const others = now.filter(({ name }) => !known.has(name))
  const isRenamed = now.length === before.length && others.length === 1
  if (isRenamed) return "name"
  if (now.length !== before.length || others.length > 0) return "people"
  if (now.some(({ name }, place) => name !== before[place]?.name)) return "order"
  return now.some(({ away, name }) => known.get(name) !== away) ? "away" : "people"
}
