/** The whole seconds that are left: one timeout for each, aimed at the moment when it is over, and nothing in between. */
import { type ReadonlySignal, signal } from "@preact/signals"
import type { RoomClient } from "../../client/RoomClient.ts"
import { after } from "../timers.ts"
import { wholeSeconds } from "./phase.ts"

export interface Countdown {
  readonly seconds: ReadonlySignal<number>
  /** Looks anew, and aims at the next second. */
  readonly aim: () => void
}

export const countdown = (client: Pick<RoomClient, "remaining" | "room">): Countdown => {
  const seconds = signal(0)
  let cancel: (() => void) | undefined
  const aim = () => {
    cancel?.()
    const left = client.remaining()
    seconds.value = wholeSeconds(left)
    if (client.room?.running && left > 0) cancel = after(left - (seconds.value - 1) * 1_000, aim)
  }
  // A tab that slept is right the moment it is seen again.
  for (const woken of ["visibilitychange", "pageshow", "focus", "resume"]) addEventListener(woken, aim, true)
  return { seconds, aim }
}
