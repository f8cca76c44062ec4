/**
 * Timeouts that keep time in a tab that nobody sees too, where a browser lets those of the page wait for up to a
 * minute: there they run in a worker, which it leaves alone.
 */
import type { Order } from "./timers.worker.ts"

const due = new Map<number, () => void>()
let last = 0
let worker: Worker | undefined

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
  if (document.visibilityState === "hidden") orderHidden({ id, millis })
  return () => due.delete(id)
}
