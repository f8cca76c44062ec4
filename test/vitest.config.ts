import { defineConfig } from "vitest/config"

export default defineConfig({
  // The package by its own name, as its users import it, but from the sources.
  ssr: { resolve: { conditions: ["pairroom-source"] } },
  test: {
    root: new URL("..", import.meta.url).pathname,
    include: ["test/**/*.test.ts"],
    pool: "forks",
    testTimeout: 20_000
  }
})
