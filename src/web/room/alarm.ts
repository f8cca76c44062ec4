/** What happens when the time is up, and one minute before: in one tab of this browser, once. */
import { effect, type ReadonlySignal, signal } from "@preact/signals"
import { autoStart, notify, volume, warning } from "../preferences.ts"
import { text } from "../text/index.ts"
import { after } from "../timers.ts"
import { show } from "./notification.ts"
import { passed } from "./phase.ts"
import type { Session } from "./session.ts"
import { ALARM, play, sound, WARNING } from "./sound.ts"

/** How many seconds after a finish a browser that is set so starts the next turn. */
export const AUTO_START_AFTER = 5

/** A warning that comes later than so many seconds before the end, because the tab slept, is none. */
const WARNING_AT = 60
const WARNING_LATEST = 50

export interface Alarm {
  /** In how many seconds the next turn starts by itself; null where it does not. */
  readonly startsIn: ReadonlySignal<number | null>
  readonly doNotStart: () => void
}

export const watchTime = (session: Session): Alarm => {
  const { client, code, finish, room, seconds } = session
  const startsIn = signal<number | null>(null)
  let cancel: (() => void) | undefined

  const count = (left: number) => {
    startsIn.value = left
    cancel = after(1_000, () => {
      if (left > 1) return count(left - 1)
      startsIn.value = null
      // Several browsers may be set so. One starts the turn; for the others it is done already, which is no refusal.
      void client.start({ ifCurrent: true })
    })
  }
  const doNotStart = () => {
    cancel?.()
    startsIn.value = null
  }

  const ring = async (at: number) => {
    // A tab that can play sounds goes first.
    if (!(await client.claim(`finish-${at}`, sound.peek() === "ready"))) return
    document.documentElement.dataset["rang"] = String(at)
    const { said, timeUp } = text.peek()
    if (notify.peek()) show(timeUp, said.up(room.peek()?.driver ?? ""), code)
    if (volume.peek() > 0) await play(ALARM)
  }

  effect(() => {
    const up = finish.value
    if (up === null) return doNotStart()
    if (up.missed) return
    void ring(up.at)
    if (autoStart.peek()) count(AUTO_START_AFTER)
  })

  const warn = async (turn: number) => {
    if (await client.claim(`warning-${turn}`, sound.peek() === "ready")) await play(WARNING)
  }
  let before = 0
  effect(() => {
    const left = seconds.value
    const now = room.peek()
    const isDue = passed(WARNING_AT, before, left) && left > WARNING_LATEST && now?.running === true
    if (isDue && warning.peek()) void warn(now.endsAt ?? 0)
    before = left
  })
  return { startsIn, doNotStart }
}
