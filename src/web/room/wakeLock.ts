/** Keeps the screen awake while a turn runs, if the browser can. */
import { computed, effect, signal } from "@preact/signals"
import { awake } from "../preferences.ts"
import type { Session } from "./session.ts"

/** Does the screen stay on now? Undefined where the browser cannot do it. */
export const isAwake = signal<boolean | undefined>("wakeLock" in navigator ? false : undefined)

const requested = async (): Promise<WakeLockSentinel | undefined> => {
  try {
    return await navigator.wakeLock.request("screen")
  } catch {
    return undefined
  }
}

export const keepAwake = ({ room }: Session): void => {
  if (!("wakeLock" in navigator)) return
  let lock: WakeLockSentinel | undefined
  const wanted = computed(() => awake.value && room.value?.running === true)
  /** One request at a time: a lock that nobody knows of would never be released. */
  let isBusy = false
  const look = async () => {
    if (isBusy) return
    isBusy = true
    await follow().finally(() => {
      isBusy = false
    })
  }
  const follow = async () => {
    if (!wanted.peek()) {
      await lock?.release()
      lock = undefined
    } else if (document.visibilityState === "visible" && (lock === undefined || lock.released)) {
      // Refused where the battery is low; asked anew when the page is seen again.
      lock = await requested()
      lock?.addEventListener("release", () => {
        isAwake.value = false
      })
      if (!wanted.peek()) await follow()
    }
    isAwake.value = lock !== undefined && !lock.released
  }
  effect(() => {
    // Looked at anew whenever it changes.
    if (wanted.value || isAwake.peek()) void look()
  })
  document.addEventListener("visibilitychange", () => void look())
}
