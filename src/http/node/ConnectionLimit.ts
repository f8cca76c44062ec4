/**
 * Limits the connections of the process, so that it always has descriptors for its store and its files. A client can open
 * connections and send nothing: they must not keep others away. So for a new connection those end that were not used for longest.
 */
import { Effect, Queue } from "effect"
import type { Server } from "node:http"
import type { Socket } from "node:net"
import * as ClientAddress from "../ClientAddress.ts"
import * as LimitsHit from "../LimitsHit.ts"
import type { Connection, Connections } from "./Connections.ts"

/** The address of a client whose connection was one too many, once for each connection that has ended. */
export type Ended = Queue.Queue<string>

/** Returns a queue whose entries are counted, and logged like any other limit. */
export const counted = Effect.gen(function* () {
  const ended = yield* Queue.unbounded<string>()
  const hit = yield* LimitsHit.make
  yield* Effect.forkScoped(Effect.forever(Effect.flatMap(Queue.take(ended), (address) => hit("connections", address))))
  return ended
})

/** This share of the connections ends at once, so that not each new connection looks at all the others. */
const AT_ONCE = 0.01

/** Does somebody wait for something on it: for the events of a stream, or for an answer that is still to be made? */
const isInUse = ({ isStream, last }: Connection): boolean =>
  isStream || (last !== undefined && last.request.complete && !last.response.writableEnded)

const longestUnused = (connections: Connections, count: number): ReadonlyArray<Socket> => {
  const unused: Array<Socket> = []
  for (const [socket, connection] of connections) {
    if (unused.length === count) break
    if (!isInUse(connection)) unused.push(socket)
  }
  return unused
}

/**
 * Keeps at most `most` connections open. Those that are not in use end first, which may be the newest one. Its descriptor is free
 * at once.
 */
export const keep = (server: Server, connections: Connections, most: number, ended: Ended): void => {
  server.on("connection", (newest) => {
    if (connections.size <= most) return
    const address = ClientAddress.networkOf(newest.remoteAddress ?? "unknown")
    for (const socket of longestUnused(connections, Math.ceil(most * AT_ONCE))) {
      connections.delete(socket)
      socket.destroy()
      // Called by Node, it only writes into a queue.
      Queue.offerUnsafe(ended, address)
    }
  })
}
