/** What a screen reader hears: changes, and a few marks of a turn, not every second. */
import { effect, type ReadonlySignal, signal } from "@preact/signals"
import type { RoomView } from "../../client/RoomClient.ts"
import { text } from "../text/index.ts"
import { marksOf, passed, wholeSeconds } from "./phase.ts"
import type { Session } from "./session.ts"

export const announcer = ({ connection, finish, room, seconds }: Session): ReadonlySignal<string> => {
  const said = signal("")
  const say = (words: string | undefined) => {
    if (words !== undefined) said.value = words
  }

  let last: RoomView | null = null
  effect(() => {
    const next = room.value
    if (last !== null && next !== null && next.id !== last.id && finish.peek() === null) say(changeOf(last, next))
    last = next
  })

  effect(() => {
    const up = finish.value
    if (up !== null) say(finishOf(room.peek()))
  })

  let before = 0
  effect(() => {
    const after = seconds.value
    const now = room.peek()
    if (now?.running && marksOf(wholeSeconds(now.periodDuration)).some((mark) => passed(mark, before, after))) {
      say(text.peek().said.left(spoken(after)))
    }
    before = after
  })

  let wasLive = false
  effect(() => {
    const { state } = connection.value
    if (state === "live" && said.peek() === text.peek().said.lost) say(text.peek().said.live)
    if (wasLive && (state === "reconnecting" || state === "offline")) say(text.peek().said.lost)
    wasLive = state === "live"
  })
  return said
}

/** What follows when the time is up. */
export const finishOf = (room: RoomView | null): string => {
  const { breakTime, said, timeUp } = text.peek()
  return room === null ? timeUp : room.period === "break" ? `${timeUp}. ${breakTime}.` : said.up(room.driver)
}

const changeOf = (last: RoomView, next: RoomView): string | undefined => {
  const { said, ended } = text.peek()
  const left = spoken(wholeSeconds(next.remainingTime))
  if (next.status === "COMPLETED") return ended
  if (next.period !== last.period && next.period === "break") return text.peek().breakTime
  if (next.running !== last.running) return next.running ? said.started(next.driver, left) : said.paused(left)
  if (next.driver !== last.driver) return said.swapped(next.driver, next.navigator)
  return ["extend", "reset", "undo", "update"].includes(next.lastChange.kind) ? said.set(left) : undefined
}

/** A time as it is said: minutes, then seconds. */
const spoken = (seconds: number): string => {
  const { said } = text.peek()
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60]
  return [minutes > 0 ? said.minutes(minutes) : "", rest > 0 || minutes === 0 ? said.seconds(rest) : ""]
    .filter((part) => part !== "")
    .join(" ")
}
