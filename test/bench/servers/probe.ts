/** Loaded before each server: answers the benchmark's questions about the process. */
import { setTimeout as sleep } from "node:timers/promises"

process.on("message", async (question) => {
  const { user, system } = process.cpuUsage()
  if (question === "memory") {
    // What the first collection frees is given back to the system in the background.
    for (let collection = 0; collection < 3; collection++) {
      globalThis.gc?.()
      await sleep(200)
    }
  }
  const { external, heapUsed, rss } = process.memoryUsage()
  process.send?.({ cpu: (user + system) / 1_000_000, memory: rss, heap: heapUsed + external })
})
