/**
 * The whole service as one HTTP server: the API, the page, operation, and what holds for every answer.
 */
import { NodeHttpServer, NodeServices } from "@effect/platform-node"
import { Duration, Effect, Layer } from "effect"
import { HttpEffect, HttpMiddleware, HttpRouter, HttpServerResponse } from "effect/http"
import { type IncomingMessage, type RequestListener, Server, type ServerOptions, type ServerResponse } from "node:http"
import { Drain } from "./Drain.ts"
import * as Handlers from "./Handlers.ts"
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
  readonly drainTimeout: Duration.Duration
  /** The folder of the built page, where it is another than that of `npm run build`. */
  readonly web?: string
}

/** The most bytes of a request's headers. */
const HEADERS_MAX = 16_384

/** What a request may take to arrive, its headers first, in milliseconds. */
const HEADERS_TIMEOUT = 10_000
const REQUEST_TIMEOUT = 30_000
const TIMEOUT_CHECK = 2_000

/** Longer than a load balancer keeps an idle connection (60 s is common), so that it is never the server that closes. */
const KEEP_ALIVE_TIMEOUT = 65_000

/** How long an answer may stand still because its client does not read; a stream has its own patience. */
const IDLE_TIMEOUT = 60_000

/** A path with an access code in it may be as long as the headers allow: all of them get the same answer. */
const routerConfig = { maxParamLength: HEADERS_MAX }

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

/**
 * A server that lets `take` have each request first, and offers no upgrade: a request that asks for one is answered as
 * any other (RFC 9110, section 7.8).
 */
class FrontServer extends Server {
  readonly #take: NodeEventStream.Take

  constructor(options: ServerOptions, take: NodeEventStream.Take) {
    super(options)
    this.#take = take
  }

  override on(event: string, listener: (...args: Array<never>) => void): this {
    return event === "upgrade" ? this : super.on(event, listener as never)
  }

  override emit(event: string, ...args: Array<unknown>): boolean {
    if (event !== "request") return super.emit(event, ...args)
    const [request, response] = args as [IncomingMessage, ServerResponse]
    this.#take(request, response, () => super.emit(event, request, response))
    return true
  }
}

/** Keeps what comes between listening and serving, which Node would leave without an answer for good. */
const holdEarlyRequests = (server: Server): Server => {
  const early: Array<Parameters<RequestListener>> = []
  const hold: RequestListener = (...exchange) => void early.push(exchange)
  const release = (event: string | symbol, listener: RequestListener) => {
    if (event !== "request") return
    server.off("newListener", release).off("request", hold)
    for (const exchange of early) listener(...exchange)
  }
  return server.on("request", hold).on("newListener", release)
}

const listener = ({ host, port, drainTimeout }: Options, take: NodeEventStream.Take) =>
  NodeHttpServer.layer(
    () =>
      holdEarlyRequests(
        new FrontServer(
          {
            maxHeaderSize: HEADERS_MAX,
            headersTimeout: HEADERS_TIMEOUT,
            requestTimeout: REQUEST_TIMEOUT,
            connectionsCheckingInterval: TIMEOUT_CHECK,
            keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
            // Refused in Refusals, with the JSON of every other refusal.
            requireHostHeader: false
          },
          take
        )
          .setTimeout(IDLE_TIMEOUT)
          .on("clientError", Refusals.onClientError)
          .on("checkExpectation", Refusals.onExpectation)
          .on("connect", Refusals.onConnect)
      ),
    { host, port, gracefulShutdownTimeout: drainTimeout }
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
  return Drain.onClose.pipe(
    Layer.provideMerge(HttpRouter.serve(routes, { disableLogger: true, disableListenLog: true, routerConfig })),
    Layer.provideMerge(Layer.unwrap(Effect.map(stream, (take) => listener(options, take))))
  )
}
