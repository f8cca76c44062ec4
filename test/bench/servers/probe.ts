/** Loaded before each server: answers the benchmark's questions about the process. */
process.on("message", (question) => {
  const { user, system } = process.cpuUsage()
  if (question === "memory") globalThis.gc?.()
  process.send?.({ cpu: (user + system) / 1_000_000, memory: process.memoryUsage().rss })
})
