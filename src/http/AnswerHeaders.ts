/**
 * Headers of answers: those that every answer of the API has, and those that are set while the answer is being made.
 */
import { Effect, Layer } from "effect"
import { HttpEffect, HttpServerResponse } from "effect/http"
import { AnswerHeaders } from "./api/Middleware.ts"

/** No cache may keep an answer with this header. */
export const NO_STORE = { "cache-control": "no-store" } as const

/** After how many seconds a client may try again while the store is away. */
export const RETRY_AFTER = "1"

/** Sets a header of the answer to this request, also if that is a refusal. */
export const set = (name: string, value: string) =>
  HttpEffect.appendPreResponseHandler((_request, response) =>
    Effect.succeed(HttpServerResponse.setHeader(response, name, value))
  )

/** The types of answers that show a room as it is now, so that no cache may keep them. A stream has a header of its own. */
const NOT_KEPT = /^(?:application\/json|text\/csv)\b/

export const layer = Layer.succeed(AnswerHeaders, (httpEffect) =>
  HttpEffect.withPreResponseHandler(httpEffect, (_request, response) =>
    Effect.succeed(
      response.status === 503
        ? HttpServerResponse.setHeaders(response, { ...NO_STORE, "retry-after": RETRY_AFTER })
        : NOT_KEPT.test(response.headers["content-type"] ?? "")
          ? HttpServerResponse.setHeaders(response, NO_STORE)
          : response
    )
  )
)
