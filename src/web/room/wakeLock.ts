/** Keeps the screen awake while a turn runs, if the browser can. */
import { effect, signal } from "@preact/signals"
import { awake } from "../preferences.ts"
import type { Session } from "./session.ts"

/** Does the screen stay on now? Undefined where the browser cannot do it. */
export const isAwake = signal<boolean | undefined>("wakeLock" in navigator ? false : undefined)

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
      lock?.addEventListener("release", () => {
        isAwake.value = false
      })
      if (!wanted) await look()
    }
    isAwake.value = lock !== undefined && !lock.released
  }
  effect(() => {
    wanted = awake.value && room.value?.running === true
    void look()
  })
  document.addEventListener("visibilitychange", () => void look())
}
