/** The keys of a room. A letter or the space bar does nothing where what has the focus uses it; escape takes back the alarm. */
import { dialog, opens } from "./open.ts"
import type { Session } from "./session.ts"

const USES_SPACE = "button, input, select, textarea, summary, a, [contenteditable]"
const USES_LETTERS = "input, select, textarea, [contenteditable]"

/** What each key does, by the letter on a keyboard with Latin letters. */
const keysOf = (session: Session): Readonly<Record<string, () => void>> => {
  const { addMinute, canAddMinute, client, phase, press, startOrPause } = session
  return {
    Space: startOrPause,
    KeyN: () => press(() => client.next()),
    KeyS: () => press(() => client.swap()),
    KeyU: () => press(() => client.undo()),
    KeyH: opens("history"),
    KeyF: toggleFullScreen,
    "+": () => {
      // After a finish a minute would take it back.
      if (canAddMinute.peek() && phase.peek() !== "up") addMinute()
    },
    "?": opens("shortcuts")
  }
}

export const toggleFullScreen = (): void => {
  // Where it is refused, nothing happens.
  const changed =
    document.fullscreenElement === null ? document.documentElement.requestFullscreen?.() : document.exitFullscreen()
  void changed?.catch(() => {})
}

export const listenToKeys = (session: Session): void => {
  const keys = keysOf(session)
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return
    if (dialog.value !== null) return
    if (event.key === "Escape") return session.dismiss()
    // A Korean keyboard sends Hangul for the same key, so letters go by their place.
    const act = keys[event.key] ?? (event.shiftKey ? undefined : keys[event.code])
    const used = event.code === "Space" ? USES_SPACE : USES_LETTERS
    const isUsed = event.target instanceof Element && event.target.closest(used) !== null
    if (act === undefined || isUsed || session.phase.value === "completed") return
    event.preventDefault()
    act()
  })
}
