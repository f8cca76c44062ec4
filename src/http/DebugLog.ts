/**
 * Lines at Debug. They come with every request, and that level is off by default: then they cost one look at the level.
 */
import { Effect, LogLevel } from "effect"

/** Logs a message at Debug, with annotations. They are made only if that level is on. */
export const log = (message: string, annotations: () => Record<string, unknown>): Effect.Effect<void> =>
  Effect.flatMap(LogLevel.isEnabled("Debug"), (isEnabled) =>
    isEnabled ? Effect.annotateLogs(Effect.logDebug(message), annotations()) : Effect.void
  )
