/**
 * `pairroom serve`: the service. Each of its settings is a flag, and an environment variable.
 */
import { ConfigProvider, Context, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { Unusable } from "./Target.ts"
import { VARIABLES, type Settings } from "../Settings.ts"

/** What each setting is for. */
const MEANINGS: Readonly<Record<keyof Settings, string>> = {
  HOST: "Address to listen on",
  PORT: "Port",
  STORE_URL: "Where rooms are kept",
  STORE_PREFIX: "Put before every key, in Redis",
  API_PREFIX: "Where the API stands",
  ACCESS_CODE_PREFIX: "Put before each new access code",
  ALLOWED_ORIGINS: "Pages elsewhere that may use the API in a browser",
  HEARTBEAT_INTERVAL: "How often a stream says that it lives",
  STREAM_LIFETIME: "How long a stream lives before its client reconnects",
  ROOM_TTL: "After how long a room that nobody changes or watches is deleted",
  DRAIN_TIMEOUT: "The most that a shutdown takes",
  DRAIN_SPREAD: "Over what time clients are told to come back",
  LOG_LEVEL: "What is logged",
  LOG_FORMAT: "How it is logged",
  TRUSTED_PROXIES: "Proxies whose X-Forwarded-For is believed",
  STREAMS_PER_ROOM: "The most open streams of one room",
  STREAMS_PER_ADDRESS: "The most open streams of one address",
  ROOMS_PER_MINUTE: "The most new rooms a minute from one address",
  COMMANDS_PER_MINUTE: "The most commands a minute from one address",
  UNKNOWN_CODES_PER_MINUTE: "The most requests a minute from one address for unknown codes",
  OTEL_EXPORTER_OTLP_ENDPOINT: "Where traces and metrics are sent",
  OTEL_EXPORTER_OTLP_PROTOCOL: "How they are sent there",
  OTEL_SERVICE_NAME: "What the service is called in them"
}

/** Returns the flag of a variable, without its dashes. */
export const flagOf = (variable: string): string => variable.toLowerCase().replaceAll("_", "-")

/** A flag for each variable. The types lose its name on the way through the entries. */
const flags = Object.fromEntries(
  Object.entries(VARIABLES).map(([variable, { allowed, fallback }]) => [
    variable,
    Flag.String(flagOf(variable)).pipe(
      Flag.withMetavar("VALUE"),
      Flag.withDescription(
        `${MEANINGS[variable as keyof Settings]}: ${allowed}. ${fallback === "" ? "Empty by default" : `Default ${fallback}`} [${variable}]`
      ),
      Flag.optional
    )
  ])
) as { readonly [Name in keyof Settings]: Flag.Flag<Option.Option<string>> }

/** The first Node with SQLite in it. A test compares it with `package.json`. */
export const NODE_LEAST = "22.19"

/** Can this version of Node run the service? */
export const isNewEnough = (version: string): boolean =>
  version.localeCompare(NODE_LEAST, undefined, { numeric: true }) >= 0

export const serve = Command.make(
  "serve",
  flags,
  Effect.fnUntraced(function* (given) {
    const set = Object.entries(given).flatMap(([name, value]) => (Option.isSome(value) ? [[name, value.value]] : []))
    if (!isNewEnough(process.versions.node)) {
      return yield* new Unusable({
        message: `serve needs Node ${NODE_LEAST} or later, this is ${process.versions.node}`
      })
    }
    // Loaded when it is wanted: the other commands need no store.
    const { serve } = yield* Effect.promise(() => import("../serve.ts"))
    return yield* serve.pipe(
      // The services of the command line stay behind: every stream would keep them, because it keeps the context of the service.
      Effect.updateContext<never, never>(Context.pick(ConfigProvider.ConfigProvider)),
      Effect.provide(ConfigProvider.layerAdd(ConfigProvider.fromUnknown(Object.fromEntries(set)), { asPrimary: true }))
    )
  })
).pipe(
  Command.withDescription("Run the service. A flag wins over the variable in brackets"),
  Command.withExamples([
    { command: "pairroom serve", description: "On port 3000, with rooms in ./data/pairroom.db" },
    { command: "pairroom serve --port 8080 --store-url memory:", description: "Another port, rooms in memory" }
  ])
)
