/** The whole seconds that are left: one timeout for each, aimed at the moment when it is over, and nothing in between. */
import { effect, type ReadonlySignal, signal } from "@preact/signals"
import type { RoomClient } from "../../client/RoomClient.ts"
import { after } from "../timers.ts"
import { untilSecondSince, wholeSeconds } from "./phase.ts"

/** A tab that slept is right the moment it is seen again. */
export const onWaking = (look: () => void): void => {
  for (const woken of ["visibilitychange", "pageshow", "focus", "resume"]) addEventListener(woken, look, true)
}

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
  onWaking(aim)
  return { seconds, aim }
}

/**
 * The server's time, as long as there is a moment that seconds are counted from or to: it is looked at anew whenever one of them is
 * over, and when the tab is seen again.
 */
export const stopwatch = (client: Pick<RoomClient, "now">, since: () => number | null): ReadonlySignal<number> => {
  const now = signal(client.now())
  let cancel: (() => void) | undefined
  const look = () => {
    cancel?.()
    now.value = client.now()
    const at = since()
    cancel = at === null ? undefined : after(untilSecondSince(at, now.peek()) + 1, look)
  }
  effect(look)
  onWaking(look)
  return now
}
