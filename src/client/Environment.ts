/**
 * What the client needs of the browser, in one place, so that a test can be the browser.
 *
 * Nothing in this folder needs Node or a framework, or imports anything of `effect` at run time.
 */

/** What happens to the tab as a whole: it is seen or on line again, off line, put away, taken out again. */
export type Signal = "wake" | "offline" | "suspend" | "resume"

export interface Environment {
  readonly fetch: typeof fetch
  /** Milliseconds by a clock that nobody sets; in some systems it stands still while the machine sleeps. */
  readonly elapsed: () => number
  /** Milliseconds since the epoch by the machine's own clock, which may be wrong, and may jump. */
  readonly wall: () => number
  /** From 0 to 1. */
  readonly random: () => number
  readonly onLine: () => boolean
  readonly isVisible: () => boolean
  /** Missing where a page is not served securely. */
  readonly locks: LockManager | undefined
  readonly channel: ((name: string) => BroadcastChannel) | undefined
  /** Missing where the user forbids it. */
  readonly storage: Pick<Storage, "getItem" | "setItem"> | undefined
  /** Calls back at each signal; gives what takes that back. */
  readonly onSignal: (listener: (signal: Signal) => void) => () => void
}

export const browser = (): Environment => ({
  fetch: (...request) => fetch(...request),
  elapsed: () => performance.now(),
  wall: () => Date.now(),
  random: () => Math.random(),
  onLine: () => navigator.onLine !== false,
  isVisible,
  locks: navigator.locks,
  channel: typeof BroadcastChannel === "function" ? (name) => new BroadcastChannel(name) : undefined,
  storage: storage(),
  onSignal: (listener) => {
    const abort = new AbortController()
    const on = (target: EventTarget, event: string, signal: Signal) =>
      target.addEventListener(event, () => listener(signal), { signal: abort.signal })
    if (typeof document !== "undefined") {
      document.addEventListener("visibilitychange", () => isVisible() && listener("wake"), { signal: abort.signal })
      on(document, "freeze", "suspend")
      on(document, "resume", "resume")
      on(window, "pagehide", "suspend")
      on(window, "pageshow", "resume")
      on(window, "online", "wake")
      on(window, "offline", "offline")
    }
    return () => abort.abort()
  }
})

const isVisible = () => typeof document === "undefined" || document.visibilityState === "visible"

const storage = () => {
  try {
    return localStorage
  } catch {
    return undefined
  }
}
