/**
 * The limits of an instance: how many streams are open at once, and how much one address may do in a minute.
 */
import { Clock, Context, Duration, Effect, Layer, Option, Ref, type Scope } from "effect"
import { HttpEffect, type HttpServerRequest, HttpServerResponse } from "effect/http"
import { RateLimiter } from "effect/persistence"
import { RoomNotFound, TooManyRequests } from "../domain/errors.ts"
import { RateLimits } from "./api/Middleware.ts"
import * as ClientAddress from "./ClientAddress.ts"
import * as LimitsHit from "./LimitsHit.ts"
import * as OverLimit from "./OverLimit.ts"

/** Every limit. Infinity switches one off. */
export interface LimitSettings {
  readonly streamsPerRoom: number
  readonly streamsPerAddress: number
  /** For the whole instance. */
  readonly streams: number
  readonly roomsPerMinute: number
  readonly commandsPerMinute: number
  readonly unknownCodesPerMinute: number
}

/** What is counted for each minute, and its name in a refusal. */
const COUNTED = {
  roomsPerMinute: "new rooms",
  commandsPerMinute: "commands",
  unknownCodesPerMinute: "requests for codes that no room has"
} as const satisfies Partial<Record<keyof LimitSettings, string>>

export type Counted = keyof typeof COUNTED

export const OFF: LimitSettings = {
  streamsPerRoom: Infinity,
  streamsPerAddress: Infinity,
  streams: Infinity,
  roomsPerMinute: Infinity,
  commandsPerMinute: Infinity,
  unknownCodesPerMinute: Infinity
}

const MINUTE = 60_000

export const Limits = Context.Reference("pairroom/http/Limits", {
  defaultValue: (): {
    /** Takes a place for a stream of this client, as long as the scope is open. Returns false if there is none. */
    readonly admit: (room: string) => Effect.Effect<boolean, never, Scope.Scope | HttpServerRequest.HttpServerRequest>
    /** Counts a request of this client. Over the limit it fails with TooManyRequests, and sets `Retry-After`. */
    readonly count: (what: Counted) => Effect.Effect<void, TooManyRequests, HttpServerRequest.HttpServerRequest>
  } => ({ admit: () => Effect.succeed(true), count: () => Effect.void })
})

/** Limits with these settings. Rates are counted by the store if it has a place for that, else in memory. */
export const layer = (settings: LimitSettings): Layer.Layer<never> =>
  Layer.effect(
    Limits,
    Effect.zipWith(makeCount(settings), LimitsHit.make, (count, hit) => ({
      admit: makeAdmit(settings, hit),
      count: (what: Counted) => Effect.tapError(count(what), () => hit(what))
    }))
  )

const add = (counts: Map<string, number>, key: string, change: number) => {
  const count = (counts.get(key) ?? 0) + change
  if (count === 0) counts.delete(key)
  else counts.set(key, count)
}

const makeAdmit = (settings: LimitSettings, hit: LimitsHit.Hit) => {
  const open = { rooms: new Map<string, number>(), addresses: new Map<string, number>() }
  const all = { streams: 0 }
  const change = (room: string, address: string, by: number) => {
    add(open.rooms, room, by)
    add(open.addresses, address, by)
    all.streams += by
  }
  return (room: string) =>
    Effect.flatMap(ClientAddress.current, (address): ReturnType<typeof Limits.Service.admit> => {
      const full =
        all.streams >= settings.streams
          ? "streams"
          : (open.rooms.get(room) ?? 0) >= settings.streamsPerRoom
            ? "streamsPerRoom"
            : (open.addresses.get(address) ?? 0) >= settings.streamsPerAddress
              ? "streamsPerAddress"
              : undefined
      if (full !== undefined) return Effect.as(hit(full), false)
      return Effect.acquireRelease(
        Effect.sync(() => {
          change(room, address, 1)
          return true
        }),
        () => Effect.sync(() => change(room, address, -1))
      )
    })
}

const inMemory = RateLimiter.make.pipe(Effect.provide(RateLimiter.layerStoreMemory))

/** The counters of a minute. The library keeps each counter for ever, so each minute has counters of its own. */
const makeMemoryCounters = Effect.fnUntraced(function* () {
  const current = yield* Ref.make({ minute: -1, limiter: yield* inMemory })
  return Effect.gen(function* () {
    const minute = Math.floor((yield* Clock.currentTimeMillis) / MINUTE)
    const known = yield* Ref.get(current)
    if (known.minute === minute) return known.limiter
    const limiter = yield* inMemory
    yield* Ref.set(current, { minute, limiter })
    return limiter
  })
})

const makeCount = Effect.fnUntraced(function* (settings: LimitSettings) {
  const store = yield* Effect.serviceOption(RateLimiter.RateLimiterStore)
  const counters = Option.isSome(store)
    ? Effect.succeed(yield* Effect.provideService(RateLimiter.make, RateLimiter.RateLimiterStore, store.value))
    : yield* makeMemoryCounters()
  const overLimit = OverLimit.make()

  const refuse = Effect.fnUntraced(function* (what: Counted, wait: Duration.Duration) {
    const seconds = Math.max(1, Math.ceil(Duration.toSeconds(wait)))
    yield* HttpEffect.appendPreResponseHandler((_request, response) =>
      Effect.succeed(HttpServerResponse.setHeader(response, "retry-after", String(seconds)))
    )
    return yield* new TooManyRequests({
      message: `expected at most ${settings[what]} ${COUNTED[what]} a minute from one address; try again in ${seconds} s`
    })
  })

  return (what: Counted) => {
    const limit = settings[what]
    if (limit === Infinity) return Effect.void
    const consume = (key: string) =>
      Effect.flatMap(counters, (limiter) => limiter.consume({ key, limit, window: MINUTE })).pipe(
        Effect.asVoid,
        Effect.catch(({ reason }) =>
          // Where the counters cannot be reached, nobody is refused for that.
          reason._tag === "RateLimitExceeded"
            ? Effect.andThen(
                overLimit.remember(key, Duration.toMillis(reason.retryAfter)),
                refuse(what, reason.retryAfter)
              )
            : Effect.void
        )
      )
    return Effect.flatMap(ClientAddress.current, (address) => {
      const key = `${what}:${address}`
      return Effect.flatMap(overLimit.left(key), (left) =>
        left > 0 ? refuse(what, Duration.millis(left)) : consume(key)
      )
    })
  }
})

/** Counts each request of the API before anything else is done for it, and each code that no room has. */
export const rateLimits = Layer.effect(
  RateLimits,
  Effect.map(Limits, ({ count }) => (httpEffect, { endpoint }) => {
    // A stream has its own answer: an `EventSource` would never come back after a 429.
    if (endpoint.identifier === "connect") return httpEffect
    const counted =
      endpoint.identifier === "create"
        ? count("roomsPerMinute")
        : endpoint.method === "GET"
          ? Effect.void
          : count("commandsPerMinute")
    return Effect.andThen(counted, httpEffect).pipe(
      Effect.tapError((error) => (error instanceof RoomNotFound ? count("unknownCodesPerMinute") : Effect.void))
    )
  })
)
