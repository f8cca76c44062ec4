import { availableParallelism } from "node:os"
import { defineConfig } from "vitest/config"

export default defineConfig({
  // The package by its own name, as its users import it, but from the sources.
  ssr: { resolve: { conditions: ["pairroom-source"] } },
  test: {
    root: new URL("..", import.meta.url).pathname,
    include: ["test/**/*.test.ts"],
    pool: "forks",
    // A worker loads what the files share once. Each test makes its own layers, so that no state is left to the next file.
    isolate: false,
    // Many tests wait for a process, a Redis or a browser. By default one core would be left free. With one worker more, a Redis
    // would be late so often that it counts as away.
    maxWorkers: availableParallelism(),
    // For machines that are busy with something else: a process that starts in half a second may take ten there.
    testTimeout: 120_000,
    hookTimeout: 120_000
  }
})
