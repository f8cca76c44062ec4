import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { HttpServer } from "effect/http"
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { serve } from "../harness.ts"

const SOMAXCONN = "/proc/sys/net/core/somaxconn"

/** Where the kernel itself takes fewer, as many as it takes. */
const COUNT = Math.min(1_000, existsSync(SOMAXCONN) ? Number(readFileSync(SOMAXCONN, "utf8")) : 128)

/** Connects so many clients to a port, and is done when all of them are connected. */
const script = (port: number) =>
  `const { connect } = require("node:net")
  let left = ${COUNT}
  for (let client = 0; client < ${COUNT}; client++) {
    connect(${port}, "127.0.0.1", () => { if (--left === 0) process.exit(0) })
  }`

describe("Listener", () => {
  it.effect("a crowd that comes while the process is busy finds a place, and nobody has to try again", () =>
    Effect.gen(function* () {
      const { address } = yield* HttpServer.HttpServer
      const { port } = address as { readonly port: number }
      // Nothing is accepted meanwhile: this process waits for the end of the other one.
      const { status } = spawnSync(process.execPath, ["--eval", script(port)], { timeout: 20_000 })
      assert.strictEqual(status, 0)
    }).pipe(Effect.provide(serve()))
  )
})
