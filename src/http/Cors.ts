/**
 * What pages of other origins may do. No origin is allowed by default: then no answer has a header about it.
 */
import { Effect, Layer } from "effect"
import { HttpEffect, HttpMiddleware, HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"

const EXPOSED_HEADERS = ["ETag", "Location", "Retry-After"]

/** Returns the headers for an answer to a request from this origin. */
export const headersFor = (
  allowedOrigins: ReadonlyArray<string>,
  origin: string | undefined
): Readonly<Record<string, string>> => {
  if (allowedOrigins.length === 0) return {}
  if (origin === undefined || !allowedOrigins.includes(origin)) return { vary: "Origin" }
  return {
    vary: "Origin",
    "access-control-allow-origin": origin,
    "access-control-allow-credentials": "true",
    "access-control-expose-headers": EXPOSED_HEADERS.join(",")
  }
}

/** A browser asks so before it sends a request (Fetch, CORS-preflight request). Any other `OPTIONS` is a method as others are. */
const isPreflight = ({ headers, method }: HttpServerRequest.HttpServerRequest) =>
  method === "OPTIONS" && headers["origin"] !== undefined && headers["access-control-request-method"] !== undefined

export const layer = (allowedOrigins: ReadonlyArray<string>) => {
  if (allowedOrigins.length === 0) return Layer.empty
  const cors = HttpMiddleware.cors({
    allowedOrigins: (origin) => allowedOrigins.includes(origin),
    allowedMethods: ["GET", "HEAD", "POST", "PATCH", "DELETE"],
    allowedHeaders: ["Content-Type", "If-Match", "Last-Event-ID", "Cache-Control"],
    exposedHeaders: EXPOSED_HEADERS,
    credentials: true,
    maxAge: 600
  })
  return HttpRouter.middleware(
    (httpEffect) => {
      const preflight = cors(httpEffect)
      const answered = HttpEffect.withPreResponseHandler(httpEffect, ({ headers }, response) =>
        Effect.succeed(
          HttpServerResponse.setHeaders(response, {
            ...headersFor(allowedOrigins, headers["origin"]),
            vary: [response.headers["vary"] ?? [], "Origin"].flat().join(", ")
          })
        )
      )
      return Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) =>
        !isPreflight(request)
          ? answered
          : allowedOrigins.includes(request.headers["origin"] ?? "")
            ? preflight
            : Effect.succeed(FOREIGN_PREFLIGHT)
      )
    },
    { global: true }
  )
}

/** What an origin is told that is not allowed: nothing about what others may do. */
const FOREIGN_PREFLIGHT = HttpServerResponse.empty({ status: 204, headers: { vary: "Origin" } })
