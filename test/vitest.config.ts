import { availableParallelism } from "node:os"
import { defineConfig } from "vitest/config"

export default defineConfig({
  // The package by its own name, as its users import it, but from the sources.
  ssr: { resolve: { conditions: ["pairroom-source"] } },
  test: {
    root: new URL("..", import.meta.url).pathname,
    include: ["test/**/*.test.ts"],
    pool: "forks",
    // Many tests wait for a process, a Redis or a browser. One more worker than cores takes a third less time.
    maxWorkers: availableParallelism() + 1,
    testTimeout: 20_000
  }
})
