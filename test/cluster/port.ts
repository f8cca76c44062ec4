/** Ports for servers that are ended and started again. */
import { Effect } from "effect"
import { createServer } from "node:net"

/** Below those that the system gives to connections: one of these could take the port while its server is away. */
const [LEAST, MOST] = [10_000, 30_000]

/** Workers of the test runner ask at the same time, and a port is free until its server listens. So each has ports of its own. */
const WORKERS = 16
const SHARE = (MOST - LEAST) / WORKERS
const own = LEAST + SHARE * (Number(process.env["VITEST_POOL_ID"] ?? process.pid) % WORKERS)

/** Those that this process has given away already. */
const given = new Set<number>()

/** A port of the loopback that nobody listens on, and that nobody here gets a second time. */
export const freePort: Effect.Effect<number> = Effect.callback<number, "taken">((resume) => {
  const port = own + Math.floor(Math.random() * SHARE)
  if (given.has(port)) return resume(Effect.fail("taken"))
  given.add(port)
  const probe = createServer()
    .on("error", () => resume(Effect.fail("taken")))
    .listen(port, "127.0.0.1", () => probe.close(() => resume(Effect.succeed(port))))
}).pipe(Effect.eventually)
