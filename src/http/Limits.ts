/**
 * The limits of an instance: how many streams are open at once, and how much one address may do in a minute.
 */
import { Context, Effect, Layer, Result, type Scope } from "effect"
import type { HttpServerRequest } from "effect/http"
import type { TooManyRequests } from "../domain/errors.ts"
import * as ClientAddress from "./ClientAddress.ts"
import type { Limit } from "./HttpMetrics.ts"
import * as LimitsHit from "./LimitsHit.ts"
import * as MinuteCounts from "./MinuteCounts.ts"
import * as StreamPlaces from "./StreamPlaces.ts"

/** Every limit. Infinity switches one off. */
export interface LimitSettings extends StreamPlaces.StreamLimits, MinuteCounts.MinuteLimits {}

/** What operators call the limits: the names of their settings, in lower case. */
const NAMES = {
  streamsPerRoom: "streams_per_room",
  streamsPerAddress: "streams_per_address",
  streams: "streams",
  roomsPerMinute: "rooms_per_minute",
  commandsPerMinute: "commands_per_minute",
  unknownCodesPerMinute: "unknown_codes_per_minute"
} as const satisfies Record<keyof LimitSettings, Limit>

/** Every limit switched off. */
export const OFF: LimitSettings = {
  streamsPerRoom: Infinity,
  streamsPerAddress: Infinity,
  streams: Infinity,
  roomsPerMinute: Infinity,
  commandsPerMinute: Infinity,
  unknownCodesPerMinute: Infinity
}

/** What is counted for each address and minute. */
export type Counted = keyof MinuteCounts.MinuteLimits

export const Limits = Context.Reference("pairroom/http/Limits", {
  defaultValue: (): {
    /**
     * Takes a place for a stream of this client, as long as the scope is open. Returns how to give it back before; undefined if there
     * is none.
     */
    readonly admit: (
      room: string
    ) => Effect.Effect<Effect.Effect<void> | undefined, never, Scope.Scope | HttpServerRequest.HttpServerRequest>
    /** Counts a request of this client. Over the limit it fails with TooManyRequests, and sets `Retry-After`. */
    readonly count: (what: Counted) => Effect.Effect<void, TooManyRequests, HttpServerRequest.HttpServerRequest>
  } => ({ admit: () => Effect.succeed(Effect.void), count: () => Effect.void })
})

/** Limits with these settings. A request that is over one is counted, and logged now and then. */
export const layer = (settings: LimitSettings): Layer.Layer<never> =>
  Layer.effect(
    Limits,
    Effect.zipWith(MinuteCounts.make(settings), LimitsHit.make, (count, hit) => {
      const take = StreamPlaces.make(settings)
      const note = (limit: keyof LimitSettings) =>
        Effect.flatMap(ClientAddress.current, (address) => hit(NAMES[limit], address))
      return {
        admit: (room: string) =>
          ClientAddress.current.pipe(
            Effect.flatMap((address) => take(room, address)),
            Effect.flatMap((taken) =>
              Result.isSuccess(taken) ? Effect.succeed(taken.success) : Effect.as(note(taken.failure), undefined)
            )
          ),
        count: (what: Counted) => Effect.tapError(count(what), () => note(what))
      }
    })
  )
