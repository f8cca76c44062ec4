/**
 * How many files and connections the process may have open at once, and how they are shared. Node does not say it, but Linux does.
 */
import { Effect, FileSystem } from "effect"

/** Returns the limit of open descriptors; Infinity if it is not known. */
export const limit: Effect.Effect<number, never, FileSystem.FileSystem> = Effect.flatMap(
  FileSystem.FileSystem,
  (files) => files.readFileString("/proc/self/limits")
).pipe(
  Effect.map((limits) => Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Infinity)),
  Effect.orElseSucceed(() => Infinity)
)

/** The share of the descriptors that connections may take, and how many are left at least for the store, for files and for Node. */
const CONNECTIONS_SHARE = 0.9
const KEPT_LEAST = 64

/** The share of the connections that may be streams. The rest is for requests. */
const STREAMS_SHARE = 8 / 9

/** Returns how many connections, and how many streams among them, may be open where there are so many descriptors. */
export const shares = (descriptors: number): { readonly connections: number; readonly streams: number } => {
  const connections = Math.max(2, Math.floor(Math.min(descriptors * CONNECTIONS_SHARE, descriptors - KEPT_LEAST)))
  return { connections, streams: Math.floor(connections * STREAMS_SHARE) }
}
