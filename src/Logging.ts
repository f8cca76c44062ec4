/**
 * What the process prints. With JSON every line is JSON, the greeting too. On a terminal a person is greeted.
 */
import { Config, Console, Effect, Layer, Logger, Metric, Option, Queue, Redacted, References } from "effect"
import { HttpServer } from "effect/http"
import { streamsEnded } from "./http/HttpMetrics.ts"
import { VERSION } from "./domain/version.ts"
import { changedSettings, masked, type Settings } from "./Settings.ts"
import type { Heard } from "./Signals.ts"

type Format = Pick<Settings, "LOG_FORMAT">

const isPretty = ({ LOG_FORMAT }: Format) =>
  LOG_FORMAT === "auto" ? process.stdout.isTTY === true : LOG_FORMAT === "pretty"

export const layer = (settings: Pick<Settings, "LOG_FORMAT" | "LOG_LEVEL">) =>
  Layer.merge(
    Logger.layer([isPretty(settings) ? Logger.consolePretty() : Logger.consoleJson]),
    Layer.succeed(References.MinimumLogLevel, settings.LOG_LEVEL)
  )

/** Node prints its own warnings as text. They become lines of the log. That SQLite is experimental in Node 22 helps nobody. */
export const warnings = Layer.effectDiscard(
  Effect.gen(function* () {
    const heard = yield* Queue.unbounded<Error>()
    yield* Effect.sync(() =>
      process
        .removeAllListeners("warning")
        .on("warning", (warning) => warning.name === "ExperimentalWarning" || Queue.offerUnsafe(heard, warning))
    )
    const log = Effect.flatMap(Queue.take(heard), ({ message, name }) => Effect.logWarning(`${name}: ${message}`))
    yield* Effect.forkScoped(Effect.forever(log))
  })
)

/** Dies with an exception that nobody has caught. So it ends the process in the usual way, and is a line of the log. Node would print text. */
export const uncaught: Effect.Effect<never> = Effect.callback((resume) => {
  const hear = (error: unknown) => resume(Effect.die(error))
  process.once("uncaughtException", hear)
  return Effect.sync(() => process.off("uncaughtException", hear))
})

/** Where rooms are kept, without a password. */
const storeOf = ({ STORE_URL: url }: Settings): string => {
  switch (url.kind) {
    case "memory":
      return "memory:"
    case "sqlite":
      return `sqlite:${url.file}`
    case "redis":
      return masked(Redacted.value(url.url))
  }
}

/** Prints the address, and says with what the service runs. A script waits for the address, so it is printed at every level. */
export const started = (settings: Settings) =>
  Layer.effectDiscard(
    HttpServer.addressFormattedWith((address) =>
      Effect.gen(function* () {
        const url = address.replace(/\/\/(0\.0\.0\.0|\[::\])/, "//localhost")
        const facts = {
          version: VERSION,
          address,
          store: storeOf(settings),
          prefix: settings.API_PREFIX,
          settings: yield* changedSettings
        }
        if (!isPretty(settings)) {
          return yield* Effect.logInfo(`Pairroom is at ${url}`).pipe(
            Effect.annotateLogs(facts),
            Effect.provideService(References.MinimumLogLevel, "Info")
          )
        }
        yield* Console.log(
          `Pairroom is at ${url}\nOpen it in a browser to make a room, or read ${url}/docs for the API.`
        )
        yield* Effect.annotateLogs(Effect.logInfo("started"), facts)
      })
    )
  )

/** Says why and how the process has stopped. */
export const stopped = (heard: Effect.Effect<Option.Option<Heard>>): Effect.Effect<void> =>
  Effect.gen(function* () {
    const signal = yield* heard
    // Without a signal it did not start, which is another line.
    if (Option.isNone(signal)) return
    const { count } = yield* Metric.value(streamsEnded.of({ cause: "drain" }))
    yield* Effect.annotateLogs(Effect.logInfo("stopped"), {
      signal: signal.value.signal,
      drainMs: Math.round(performance.now() - signal.value.at),
      streamsEnded: count
    })
  })

/** The line that says why the process cannot run: for a person, unless JSON was asked for. */
export const failed = (message: string) =>
  Effect.flatMap(Effect.option(Config.String("LOG_FORMAT")), (format) => {
    const line = `pairroom cannot run: ${message}`
    return Option.getOrElse(format, () => "")
      .trim()
      .toLowerCase() === "json"
      ? Effect.logFatal(line).pipe(
          Effect.provide(Logger.layer([Logger.withConsoleError(Logger.formatJson)])),
          Effect.provideService(References.MinimumLogLevel, "All")
        )
      : Console.error(line)
  })
