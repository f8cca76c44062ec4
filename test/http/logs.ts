/** What is logged, for the tests of it. */
import { Context, Effect, Layer, Logger, Queue, References } from "effect"

export interface Line {
  readonly level: string
  readonly message: unknown
  readonly annotations: Readonly<Record<string, unknown>>
  readonly cause: string | undefined
}

/** The lines as they come. */
export class Logged extends Context.Service<Logged, Queue.Queue<Line>>()("test/http/Logged") {
  /** Keeps the lines from a level on. */
  static readonly layerFrom = (level: "Debug" | "Info") =>
    Layer.unwrap(
      Effect.map(Queue.unbounded<Line>(), (lines) =>
        Layer.mergeAll(
          Layer.succeed(this, lines),
          Logger.layer([Logger.map(Logger.formatStructured, (line) => void Queue.offerUnsafe(lines, line))]),
          Layer.succeed(References.MinimumLogLevel, level)
        )
      )
    )
}

/** Waits for a line with this message. Those before it are gone. */
export const line = Effect.fn(function* (message: string) {
  return yield* Queue.take(yield* Logged).pipe(Effect.repeat({ until: (line) => line.message === message }))
})
