/**
 * The service as a process: reads the settings, composes the layers, and launches them.
 */
import { Cause, Data, Duration, Effect, Layer, Redacted } from "effect"
import type { HttpServerError } from "effect/http"
import { Drain } from "./http/Drain.ts"
import type { PageMissing } from "./http/Pages.ts"
import * as Server from "./http/Server.ts"
import * as Logging from "./Logging.ts"
import { Rooms } from "./rooms/Rooms.ts"
import { RoomSettings } from "./rooms/RoomSettings.ts"
import { type SettingError, type Settings, settings } from "./Settings.ts"
import * as Signals from "./Signals.ts"
import * as MemoryRoomStore from "./store/MemoryRoomStore.ts"
import type { RedisUnusable } from "./store/redis/RedisRoomStore.ts"
import * as RedisRoomStore from "./store/redis/WhereInstalled.ts"
import type { RoomStore } from "./store/RoomStore.ts"
import * as SqliteRoomStore from "./store/SqliteRoomStore.ts"
import * as Telemetry from "./Telemetry.ts"

type StoreError = SqliteRoomStore.StoreFileError | RedisUnusable | RedisRoomStore.RedisMissing

const store = ({
  ROOM_TTL: ttl,
  STORE_PREFIX: prefix,
  STORE_URL: url
}: Settings): Layer.Layer<RoomStore, StoreError> => {
  switch (url.kind) {
    case "memory":
      return MemoryRoomStore.layer({ ttl })
    case "sqlite":
      return SqliteRoomStore.layer(url.file, { ttl })
    case "redis":
      return RedisRoomStore.layer({ url: Redacted.value(url.url), prefix, ttl })
  }
}

const rooms = (settings: Settings) =>
  Rooms.layerWith({ prefix: settings.ACCESS_CODE_PREFIX }).pipe(
    Layer.provide(
      Layer.effect(
        RoomSettings,
        Effect.map(RoomSettings, (defaults) => ({
          ...defaults,
          heartbeatInterval: settings.HEARTBEAT_INTERVAL,
          streamLifetime: settings.STREAM_LIFETIME,
          idleTimeToLive: Duration.min(defaults.idleTimeToLive, settings.ROOM_TTL)
        }))
      )
    ),
    Layer.provideMerge(store(settings))
  )

const server = (settings: Settings) =>
  Server.layer({
    host: settings.HOST,
    port: settings.PORT,
    prefix: settings.API_PREFIX,
    allowedOrigins: settings.ALLOWED_ORIGINS,
    drainTimeout: settings.DRAIN_TIMEOUT,
    trustedProxies: settings.TRUSTED_PROXIES,
    limits: {
      streamsPerRoom: settings.STREAMS_PER_ROOM,
      streamsPerAddress: settings.STREAMS_PER_ADDRESS,
      streams: Infinity,
      roomsPerMinute: settings.ROOMS_PER_MINUTE,
      commandsPerMinute: settings.COMMANDS_PER_MINUTE,
      unknownCodesPerMinute: settings.UNKNOWN_CODES_PER_MINUTE
    }
  }).pipe(Layer.provide([Drain.layerWith({ spread: settings.DRAIN_SPREAD }), rooms(settings)]))

type Problem = SettingError | PageMissing | StoreError | HttpServerError.ServeError

/** One line that names the variable, the value and what is allowed. */
const problem = (error: Problem): string => {
  switch (error._tag) {
    case "SettingError":
    case "PageMissing":
      return error.message
    case "StoreFileError":
      return `STORE_URL: expected a file of rooms that can be opened, got ${error.message}`
    case "RedisUnusable":
      return `STORE_URL: expected a Redis that can be used, but ${error.message}`
    case "RedisMissing":
      return `STORE_URL: ${error.message}`
    case "ServeError":
      return `HOST, PORT: ${unusable(error.cause)}`
  }
}

/** Says why it cannot listen there. Most often it runs already. */
const unusable = (cause: unknown): string => {
  const { address, code, message, port } = cause as NodeJS.ErrnoException & { address?: string; port?: number }
  return code === "EADDRINUSE"
    ? `expected an address that is free, but ${address}:${port} is in use; is Pairroom running already?`
    : `expected an address of this machine that it may listen on, got ${message}`
}

/** Serves. Says once that it has stopped: at the very end, or when it ends before that. */
const launch = Effect.fnUntraced(function* (settings: Settings) {
  const { heard, overdue } = yield* Signals.listen(settings.DRAIN_TIMEOUT)
  const stopped = yield* Effect.cached(Logging.stopped(heard))
  yield* Effect.forkDetach(
    Effect.flatMap(overdue, (code) =>
      Effect.andThen(
        stopped,
        Effect.sync(() => process.exit(code))
      )
    )
  )
  return yield* Logging.started(settings).pipe(
    Layer.provide(server(settings)),
    // Before the server, so that it is closed after it.
    Layer.provide([Layer.effectDiscard(Effect.addFinalizer(() => stopped)), Logging.warnings]),
    Layer.launch
  )
})

const run = (settings: Settings) =>
  launch(settings).pipe(
    Effect.raceFirst(Logging.uncaught),
    Effect.provide(Layer.provideMerge(Telemetry.layer(settings), Logging.layer(settings)))
  )

/** The service could not run. It has said why. */
export class ServeFailed extends Data.TaggedError("ServeFailed")<{ readonly reason: Problem["_tag"] | "defect" }> {}

/** Serves until a signal comes. What kept it from starting, and a defect, are said in one line of the log. */
export const serve = settings.pipe(
  Effect.flatMap(run),
  Effect.tapError((error) => Logging.failed(problem(error))),
  Effect.mapError(({ _tag }) => new ServeFailed({ reason: _tag })),
  Effect.catchCauseIf(Cause.hasDies, (cause) =>
    Effect.andThen(Logging.failed(Cause.pretty(cause)), new ServeFailed({ reason: "defect" }))
  )
)
