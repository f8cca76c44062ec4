/**
 * The whole service as one HTTP server: the API, the page, operation, and what holds for every answer.
 */
import { NodeServices } from "@effect/platform-node"
import { type Duration, Effect, Layer } from "effect"
import { HttpEffect, HttpMiddleware, HttpRouter, HttpServerResponse } from "effect/http"
import { Drain } from "./Drain.ts"
import * as Handlers from "./Handlers.ts"
import * as Listener from "./Listener.ts"
import * as NodeEventStream from "./NodeEventStream.ts"
import * as Operation from "./Operation.ts"
import * as Pages from "./Pages.ts"
import * as Refusals from "./Refusals.ts"

export interface Options {
  readonly host: string
  readonly port: number
  readonly prefix: string
  /** The origins that may call from a browser; none where it is empty. */
  readonly allowedOrigins: ReadonlyArray<string>
  /** The most that closing takes. */
  readonly drainTimeout: Duration.Duration
  /** The folder of the built page, where it is another than that of `npm run build`. */
  readonly web?: string
}

/** A path with an access code in it may be as long as the headers allow: all of them get the same answer. */
const routerConfig = { maxParamLength: Listener.HEADERS_MAX }

const EXPOSED_HEADERS = ["ETag", "Location", "Retry-After"]

const cors = (allowedOrigins: ReadonlyArray<string>) =>
  allowedOrigins.length === 0
    ? Layer.empty
    : HttpRouter.middleware(
        HttpMiddleware.cors({
          allowedOrigins: (origin) => allowedOrigins.includes(origin),
          allowedMethods: ["GET", "HEAD", "POST", "PATCH", "DELETE"],
          allowedHeaders: ["Content-Type", "If-Match", "Last-Event-ID", "Cache-Control"],
          exposedHeaders: EXPOSED_HEADERS,
          credentials: true,
          maxAge: 600
        }),
        { global: true }
      )

/** What `cors` sets on an answer that is no preflight, for the answers that do not come by it. */
const corsHeaders = (allowedOrigins: ReadonlyArray<string>, origin = "") =>
  allowedOrigins.length === 0
    ? {}
    : {
        ...(allowedOrigins.includes(origin) ? { "access-control-allow-origin": origin } : {}),
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": EXPOSED_HEADERS.join(","),
        vary: "Origin"
      }

const SECURITY_HEADERS = {
  "x-content-type-options": "nosniff",
  // The address of a room is the key to it.
  "referrer-policy": "no-referrer"
}

const everyAnswer = HttpRouter.middleware(
  Effect.map(
    Drain,
    ({ isDraining }) =>
      (httpEffect) =>
        HttpEffect.withPreResponseHandler(httpEffect, (_request, response) =>
          Effect.map(isDraining, (draining) =>
            // A connection that is kept alive would hold up the shutdown (RFC 9112, section 9.6).
            HttpServerResponse.setHeaders(
              response,
              draining ? { ...SECURITY_HEADERS, connection: "close" } : SECURITY_HEADERS
            )
          )
        )
  ),
  { global: true }
)

/** Serves everything; when it is closed it drains first. */
export const layer = (options: Options) =>
  Pages.load(options.prefix, options.web).pipe(
    Effect.provide(NodeServices.layer),
    Effect.map((pages) => serve(options, pages)),
    Layer.unwrap
  )

const serve = (options: Options, pages: ReadonlyArray<Pages.Page>) => {
  const routes = Layer.mergeAll(
    Handlers.layer({ prefix: options.prefix }),
    Operation.layer(options.prefix),
    Pages.layer(pages)
  ).pipe(
    Layer.provide([
      Refusals.layer(
        options.prefix,
        [...Operation.PATHS, ...pages.map(({ path }) => path)].map((path) => ({ method: "GET", path }))
      ),
      everyAnswer,
      cors(options.allowedOrigins)
    ])
  )
  const stream = NodeEventStream.make({
    prefix: options.prefix,
    headersFor: (origin) => ({ ...SECURITY_HEADERS, ...corsHeaders(options.allowedOrigins, origin) })
  })
  return Listener.onClose.pipe(
    Layer.provideMerge(HttpRouter.serve(routes, { disableLogger: true, disableListenLog: true, routerConfig })),
    Layer.provideMerge(Layer.unwrap(Effect.map(stream, (take) => Listener.layer(options, take))))
  )
}
