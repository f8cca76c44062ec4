/** A room that was ended can be opened again for a while. Its streams have ended for good, so the page asks. */
import { useSignalEffect } from "@preact/signals"
import type { Session } from "./session.ts"

/** How often it asks, in milliseconds. */
const EVERY = 3_000

/** Begins anew when somebody has opened the room again. */
export const useReopened = ({ client, phase, room }: Session): void =>
  useSignalEffect(() => {
    if (phase.value !== "completed" || room.value?.status !== "COMPLETED") return
    const until = (room.value.lastChange.undoUntil ?? 0) + EVERY
    const look = async () => {
      if (await client.isOpen()) location.reload()
    }
    const lookWhenSeen = () => void (document.visibilityState === "visible" && look())
    const interval = setInterval(() => (client.now() < until ? void look() : clearInterval(interval)), EVERY)
    // It may have slept through that time.
    document.addEventListener("visibilitychange", lookWhenSeen)
    return () => {
      clearInterval(interval)
      document.removeEventListener("visibilitychange", lookWhenSeen)
    }
  })
