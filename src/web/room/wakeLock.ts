/** Keeps the screen awake while a turn runs, if the browser can. */
import { effect } from "@preact/signals"
import type { Session } from "./session.ts"

export const keepAwake = ({ room }: Session): void => {
  if (!("wakeLock" in navigator)) return
  let lock: WakeLockSentinel | undefined
  let wanted = false
  const look = async () => {
    if (!wanted) {
      await lock?.release()
      lock = undefined
    } else if (document.visibilityState === "visible" && (lock === undefined || lock.released)) {
      // Refused where the battery is low; asked anew when the page is seen again.
      lock = await navigator.wakeLock.request("screen").catch(() => undefined)
      if (!wanted) await look()
    }
  }
  effect(() => {
    wanted = room.value?.running === true
    void look()
  })
  document.addEventListener("visibilitychange", () => void look())
}
