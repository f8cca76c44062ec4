/**
 * Counts what an address does in a minute. All instances count together if their store has a place for that; else each of them counts
 * in its memory.
 */
import { Clock, Duration, Effect, Option, Ref } from "effect"
import { RateLimiter } from "effect/persistence"
import { TooManyRequests } from "../domain/errors.ts"
import * as AnswerHeaders from "./AnswerHeaders.ts"
import * as ClientAddress from "./ClientAddress.ts"
import * as OverLimit from "./OverLimit.ts"

/** How much one address may do in a minute. Infinity switches a limit off. */
export interface MinuteLimits {
  readonly roomsPerMinute: number
  readonly commandsPerMinute: number
  readonly unknownCodesPerMinute: number
}

/** What is counted, and its name in a refusal. */
const COUNTED: Readonly<Record<keyof MinuteLimits, string>> = {
  roomsPerMinute: "new rooms",
  commandsPerMinute: "commands",
  unknownCodesPerMinute: "requests for codes that no room has"
}

const MINUTE = 60_000

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

/** Returns how to count a request of a client. Over the limit that fails with TooManyRequests, and sets `Retry-After`. */
export const make = Effect.fnUntraced(function* (limits: MinuteLimits) {
  const store = yield* Effect.serviceOption(RateLimiter.RateLimiterStore)
  const counters = Option.isSome(store)
    ? Effect.succeed(yield* Effect.provideService(RateLimiter.make, RateLimiter.RateLimiterStore, store.value))
    : yield* makeMemoryCounters()
  const overLimit = OverLimit.make()

  const refuse = Effect.fnUntraced(function* (what: keyof MinuteLimits, wait: Duration.Duration) {
    const seconds = Math.max(1, Math.ceil(Duration.toSeconds(wait)))
    yield* AnswerHeaders.set("retry-after", String(seconds))
    return yield* new TooManyRequests({
      message: `expected at most ${limits[what]} ${COUNTED[what]} a minute from one address; try again in ${seconds} s`
    })
  })

  return (what: keyof MinuteLimits) => {
    const limit = limits[what]
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
