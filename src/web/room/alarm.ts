/** What happens when the time is up, and one minute before: in one tab of this browser, once. */
import { computed, effect } from "@preact/signals"
import { notify, repeat, tune, volume, warning } from "../preferences.ts"
import { text } from "../text/index.ts"
import { after } from "../timers.ts"
import { finishOf } from "./announcer.ts"
import { show } from "./notification.ts"
import { passed } from "./phase.ts"
import type { Session } from "./session.ts"
import { play, softly, sound, TUNES, WARNING } from "./sound.ts"

/** How often the alarm repeats until somebody reacts, and for how long, in milliseconds. */
const REPEATS_EVERY = 12_000
const REPEATS_FOR = 600_000

/** A warning that comes later than so many seconds before the end, because the tab slept, is none. */
const WARNING_AT = 60
const WARNING_LATEST = 50

export const watchTime = (session: Session): void => {
  const { client, code, finish, isSeen, room, seconds } = session
  /** The finish to which nobody has reacted yet. One that was over before the page was opened rings no more. */
  const ringing = computed(() => {
    const up = finish.value
    return up === null || up.old || isSeen.value ? null : up.at
  })
  let cancel: (() => void) | undefined
  /** The finish that this tab has rung for. It may ring again, after a connection was lost and found. */
  let rung: number | undefined

  const again = (at: number, since: number) => {
    // One repetition at a time, also where the connection was lost while the first sound played.
    cancel?.()
    cancel = after(REPEATS_EVERY, () => {
      if (ringing.peek() !== at || client.now() - since > REPEATS_FOR) return
      if (repeat.peek()) void play(softly(TUNES[tune.peek()]))
      again(at, since)
    })
  }
  const ring = async (at: number) => {
    // A tab that can play sounds goes first. One that was frozen meanwhile has lost its right.
    const key = `finish-${at}`
    if (rung === at) return again(at, client.now())
    if (!(await client.claim(key, sound.peek() === "ready")) || !(await client.prove(key)) || ringing.peek() !== at)
      return
    rung = at
    document.documentElement.dataset["rang"] = String(at)
    if (notify.peek()) void show(text.peek().timeUp, finishOf(room.peek()), code)
    if (volume.peek() > 0) await play(TUNES[tune.peek()])
    if (ringing.peek() === at) again(at, client.now())
  }
  effect(() => {
    cancel?.()
    if (ringing.value !== null) void ring(ringing.value)
  })

  const warn = async (endsAt: number) => {
    const key = `warning-${endsAt}`
    if ((await client.claim(key, sound.peek() === "ready")) && (await client.prove(key))) await play(WARNING)
  }
  let before = 0
  effect(() => {
    const left = seconds.value
    const now = room.peek()
    const isDue = passed(WARNING_AT, before, left) && left > WARNING_LATEST && now?.running === true
    if (isDue && warning.peek()) void warn(now.endsAt ?? 0)
    before = left
  })
}
