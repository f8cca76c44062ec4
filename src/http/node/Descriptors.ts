/**
 * How many files and connections the process may have open at once. Node does not say it, but Linux does.
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
