/**
 * Counts each request of the API before anything else is done for it, and each code that no room has.
 */
import { Effect, Layer } from "effect"
import { RoomNotFound } from "../domain/errors.ts"
import { RateLimits } from "./api/Middleware.ts"
import { Limits } from "./Limits.ts"

export const layer = Layer.effect(
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
