/** The space bar starts and pauses, unless what has the focus uses it; escape takes back the alarm. */
import type { Session } from "./session.ts"

const USES_SPACE = "button, input, select, textarea, summary, [contenteditable]"

export const listenToKeys = ({ dismiss, phase, startOrPause }: Session): void => {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return
    if (document.querySelector("dialog[open]") !== null) return
    if (event.key === "Escape") return dismiss()
    const isUsed = event.target instanceof Element && event.target.closest(USES_SPACE) !== null
    if (event.key !== " " || isUsed) return
    event.preventDefault()
    if (phase.value !== "completed") startOrPause()
  })
}
