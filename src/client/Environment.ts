/**
 * Everything that the client needs from the browser, in one place, so that a test can replace it.
 *
 * Nothing in this folder needs Node or a framework, or imports anything of `effect` at run time.
 */

/** What happens to the whole tab: it becomes visible or online, goes offline, is frozen or restored. */
export type Signal = "wake" | "offline" | "suspend" | "resume"

/** What is used of the browser's locks. Where they are refused, the promise fails. */
export interface Locks {
  readonly request: (
    name: string,
    options: LockOptions,
    held: (lock: Lock | null) => Promise<void> | undefined
  ) => Promise<unknown>
}

export interface Environment {
  /** What tells this tab from all others. */
  readonly id: string
  readonly fetch: typeof fetch
  /** Milliseconds of a monotonic clock. On some systems it stands still while the machine sleeps. */
  readonly elapsed: () => number
  /** Milliseconds since the epoch by the machine's own clock, which may be wrong, and may jump. */
  readonly wall: () => number
  /** A random number from 0 to 1. */
  readonly random: () => number
  readonly onLine: () => boolean
  readonly isVisible: () => boolean
  /** Missing where a page is not served securely. */
  readonly locks: Locks | undefined
  /** Gives undefined where the browser refuses, as some do where cookies are blocked. */
  readonly channel: ((name: string) => BroadcastChannel | undefined) | undefined
  /** Missing where the user forbids it. */
  readonly storage: Pick<Storage, "getItem" | "setItem"> | undefined
  /** Calls back at each signal. Returns a function that ends this. */
  readonly onSignal: (listener: (signal: Signal) => void) => () => void
}

export const browser = (): Environment => ({
  id: `${Date.now()}-${Math.random()}`,
  fetch: (...request) => fetch(...request),
  elapsed: () => performance.now(),
  wall: () => Date.now(),
  random: () => Math.random(),
  onLine: () => navigator.onLine !== false,
  isVisible,
  locks: allowed(() => navigator.locks) && {
    request: async (...request) => navigator.locks.request(...request)
  },
  channel: (name) => allowed(() => new BroadcastChannel(name)),
  storage: allowed(() => localStorage),
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

/** Returns what the browser has; undefined where it has none, or refuses. */
const allowed = <A>(look: () => A): A | undefined => {
  try {
    return look()
  } catch {
    return undefined
  }
}
