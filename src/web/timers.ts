/**
 * Timeouts that keep time in a tab that nobody sees too, where a browser lets those of the page wait for up to a
 * minute: there they run in a worker, which it leaves alone.
 */
import type { Order } from "./timers.worker.ts"

const due = new Map<number, () => void>()
let last = 0
let worker: Worker | undefined
/** Is the page left? It may come back by "Back", and stands still until then. */
let isLeft = false

// A page that is left is hidden too. To begin or keep a worker then makes some versions of Chromium crash when it comes back.
addEventListener("pagehide", () => {
  isLeft = true
  worker?.terminate()
  worker = undefined
})
addEventListener("pageshow", () => {
  isLeft = false
})

const fire = (id: number) => {
  const callback = due.get(id)
  due.delete(id)
  callback?.()
}

const orderHidden = (order: Order) => {
  if (worker === undefined) {
    worker = new Worker(new URL("./timers.worker.ts", import.meta.url), { type: "module" })
    worker.addEventListener("message", ({ data }: MessageEvent<number>) => fire(data))
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that of a worker has none
  worker.postMessage(order)
}

/** Calls back after so many milliseconds. Returns a function that cancels it. */
export const after = (millis: number, callback: () => void): (() => void) => {
  const id = ++last
  due.set(id, callback)
  // Without a worker a late timer is better than none.
  setTimeout(() => fire(id), millis)
  if (document.visibilityState === "hidden" && !isLeft) orderHidden({ id, millis })
  return () => due.delete(id)
}
