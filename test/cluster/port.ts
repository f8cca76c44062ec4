/** Ports for servers that are ended and started again. */
import { Effect } from "effect"
import { createServer } from "node:net"

/** Below those that the system gives to connections: one of these could take the port while its server is away. */
const [LEAST, MOST] = [10_000, 30_000]

/** A port of the loopback that nobody listens on. */
export const freePort: Effect.Effect<number> = Effect.callback<number, Error>((resume) => {
  const port = LEAST + Math.floor(Math.random() * (MOST - LEAST))
  const probe = createServer()
    .on("error", (error) => resume(Effect.fail(error)))
    .listen(port, "127.0.0.1", () => probe.close(() => resume(Effect.succeed(port))))
}).pipe(Effect.eventually)
