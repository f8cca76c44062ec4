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
const isPreflight = ({ headers }: HttpServerRequest.HttpServerRequest) =>
  headers["origin"] !== undefined && headers["access-control-request-method"] !== undefined

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
      const answered = cors(httpEffect)
      const options = HttpEffect.withPreResponseHandler(httpEffect, ({ headers }, response) =>
        Effect.succeed(HttpServerResponse.setHeaders(response, headersFor(allowedOrigins, headers["origin"])))
      )
      return Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) =>
        request.method === "OPTIONS" && !isPreflight(request) ? options : answered
      )
    },
    { global: true }
  )
}
