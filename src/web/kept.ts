/**
 * Values that this browser keeps: signals that every tab of it shares, through `localStorage`. Where that is not
 * allowed they last as long as the tab.
 */
import { effect, type Signal, signal } from "@preact/signals"

const PREFIX = "pairroom:"

const read = (key: string): unknown => {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + key) ?? "null")
  } catch {
    return null
  }
}

/** Returns a signal that is kept under a name. A stored value of another version, which `is` refuses, is ignored. */
export const kept = <A>(key: string, fallback: A, is: (value: unknown) => value is A): Signal<A> => {
  const current = (): A => {
    const value = read(key)
    return value !== null && is(value) ? value : fallback
  }
  const kept = signal(current())
  addEventListener("storage", (event) => {
    if (event.key === PREFIX + key) kept.value = current()
  })
  // A page that comes back out of the browser's cache has heard nothing meanwhile.
  addEventListener("pageshow", (event) => {
    if (event.persisted) kept.value = current()
  })
  let first = true
  effect(() => {
    const value = JSON.stringify(kept.value)
    if (first) {
      first = false
      return
    }
    try {
      localStorage.setItem(PREFIX + key, value)
    } catch {
      // Only this tab keeps it.
    }
  })
  return kept
}

export const isText = (value: unknown): value is string => typeof value === "string"

export const isBoolean = (value: unknown): value is boolean => typeof value === "boolean"
