/** The ended turns of the room, read anew when one has ended. */
import { effect, signal } from "@preact/signals"
import type { TurnsView } from "../../client/Commands.ts"
import { text } from "../text/index.ts"
import type { Session } from "./session.ts"

export const turns = signal<TurnsView>({ turns: [], totals: [] })

/** When they are first read, in milliseconds: after all that the first view needs. */
const FIRST_AFTER = 1_500

export const followTurns = ({ client, connection, room }: Session): void => {
  let seen = ""
  let isFirst = true
  const read = async () => {
    const read = await client.turns()
    if (read.ok) turns.value = read.turns
    // Read at the next change.
    else seen = ""
  }
  effect(() => {
    const now = room.value
    const { state } = connection.value
    if (now === null || (state !== "live" && state !== "ended")) return
    // Renames reach the log too.
    const key = JSON.stringify([now.turn, now.finishedAt, now.status, now.people.map(({ name }) => name)])
    if (key === seen) return
    seen = key
    setTimeout(() => void read(), isFirst ? FIRST_AFTER : 0)
    isFirst = false
  })
}

const MINUTE = 60_000

/** A span as people say it: `41 min`, `1 h 31 min`. */
export const spanOf = (millis: number): string => {
  const minutes = Math.round(millis / MINUTE)
  const { hoursShort, minutesShort } = text.value
  return minutes < 60 ? minutesShort(minutes) : hoursShort(Math.floor(minutes / 60), minutes % 60)
}
