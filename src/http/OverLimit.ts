/**
 * Who is over a limit, and for how long. So a flood is refused at once, and the store of the counters is not asked again for each
 * request of it.
 */
import { Effect, MutableRef } from "effect"
import * as Elapsed from "../store/Elapsed.ts"

/** How often those whose time is over are forgotten, in milliseconds. */
const FORGET_INTERVAL = 60_000

/** Returns an empty memory. */
export const make = () => {
  const until = new Map<string, number>()
  const forgotten = MutableRef.make(0)

  const forget = (now: number) => {
    if (now - MutableRef.get(forgotten) < FORGET_INTERVAL) return
    MutableRef.set(forgotten, now)
    for (const [key, end] of until) if (end <= now) until.delete(key)
  }

  return {
    /** Returns for how many milliseconds this key is over its limit; 0 if it is not known to be. */
    left: (key: string) => Effect.map(Elapsed.millis, (now) => Math.max(0, (until.get(key) ?? 0) - now)),
    /** Remembers a key for so many milliseconds. */
    remember: (key: string, millis: number) =>
      Effect.map(Elapsed.millis, (now) => {
        forget(now)
        until.set(key, now + millis)
      })
  }
}
