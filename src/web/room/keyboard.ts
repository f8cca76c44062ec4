/** The space bar starts and pauses, unless what has the focus uses it; escape takes back the alarm. */
import type { Session } from "./session.ts"

const USES_SPACE = "a, button, input, select, textarea, summary, dialog, [contenteditable]"

export const listenToKeys = ({ dismiss, phase, startOrPause }: Session): void => {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === "Escape") return dismiss()
    const focused = event.target instanceof Element && event.target.closest(USES_SPACE) !== null
    if (event.key !== " " || focused || document.querySelector("dialog[open]") !== null) return
    event.preventDefault()
    if (phase.value !== "completed") startOrPause()
  })
}
