/**
 * Lines at Debug. That level is off by default, and then not even their annotations are made: these lines come with every request.
 */
import { Effect, LogLevel } from "effect"

/** Logs a message at Debug, with annotations. */
export const log = (message: string, annotations: () => Record<string, unknown>): Effect.Effect<void> =>
  Effect.flatMap(LogLevel.isEnabled("Debug"), (isEnabled) =>
    isEnabled ? Effect.annotateLogs(Effect.logDebug(message), annotations()) : Effect.void
  )
