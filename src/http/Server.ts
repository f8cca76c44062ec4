/**
 * The whole service as one HTTP server: the API, the page, operation, and the headers of every answer.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Deferred, type Duration, Effect, Layer } from "effect"
import { HttpEffect, HttpRouter, HttpServerResponse } from "effect/http"
import type { IpNetwork } from "effect/net"
import * as ClientAddress from "./ClientAddress.ts"
import * as Cors from "./Cors.ts"
import { Drain } from "./Drain.ts"
import * as FairShare from "./FairShare.ts"
import * as Handlers from "./Handlers.ts"
import * as Limits from "./Limits.ts"
import * as Descriptors from "./node/Descriptors.ts"
import * as Listener from "./node/Listener.ts"
import * as Operation from "./Operation.ts"
import * as Pages from "./Pages.ts"
import * as Unrouted from "./Unrouted.ts"
import * as Requests from "./Requests.ts"
import * as RoomAddress from "./RoomAddress.ts"
import { SECURITY_HEADERS } from "./SecurityHeaders.ts"

export interface Options {
  readonly host: string
  readonly port: number
  readonly prefix: string
  /** The origins that may call from a browser. Empty for none. */
  readonly allowedOrigins: ReadonlyArray<string>
  /** The longest time that closing may take. */
  readonly drainTimeout: Duration.Duration
  /** Limits of streams and of requests a minute. None by default, but that of the descriptors of the process. */
  readonly limits?: Limits.LimitSettings
  /** How many connections may be open at once. By default as many as the descriptors of the process allow. */
  readonly connectionsLimit?: number
  /** The proxies whose `X-Forwarded-For` is believed. None by default. */
  readonly trustedProxies?: ReadonlyArray<IpNetwork.IpNetwork>
  /** The folder of the built page. By default that of `npm run build`. */
  readonly web?: string
}

/**
 * A path is read as it stands, as the page reads it too. An access code in it may be as long as the headers allow, so that a long
 * one gets the same answer as a short one.
 */
const routerConfig = {
  maxParamLength: Listener.HEADERS_MAX,
  caseSensitive: true,
  ignoreDuplicateSlashes: false,
  ignoreTrailingSlash: false
}

const everyAnswer = HttpRouter.middleware(
  Effect.map(
    Drain,
    (drain) => (httpEffect) =>
      HttpEffect.withPreResponseHandler(httpEffect, (_request, response) =>
        Effect.map(Deferred.isDone(drain.begun), (draining) =>
          HttpServerResponse.setHeaders(response, {
            ...SECURITY_HEADERS,
            ...response.headers,
            // A connection that is kept alive would hold up the shutdown (RFC 9112, section 9.6).
            ...(draining ? { connection: "close" } : {})
          })
        )
      )
  ),
  { global: true }
)

/** Returns options whose limits fit into the descriptors of the process. */
const withinDescriptors = (options: Options, descriptors: number): Options => {
  const { limits = Limits.OFF, connectionsLimit = Infinity } = options
  const { connections, streams } = Descriptors.shares(descriptors)
  return {
    ...options,
    limits: { ...limits, streams: Math.min(limits.streams, streams) },
    connectionsLimit: Math.min(connectionsLimit, connections)
  }
}

/** Serves everything. When it is closed, it drains first. Fails with PageMissing without the built page, and where it cannot listen. */
export const layer = (options: Options) =>
  Effect.zip(Pages.load(options.prefix, options.web), Descriptors.limit).pipe(
    Effect.provide(NodeServices.layer),
    Effect.map(([pages, descriptors]) => serve(withinDescriptors(options, descriptors), pages)),
    Layer.unwrap
  )

const serve = (options: Options, pages: ReadonlyArray<Pages.Page>) => {
  const routes = Layer.mergeAll(
    Handlers.layer({ prefix: options.prefix }),
    Operation.layer(options.prefix),
    ...pages.map((page) => (page.path === RoomAddress.PATH ? RoomAddress.layer(page) : Pages.route(page)))
  ).pipe(
    Layer.provide(Requests.route),
    // The later a middleware is built, the nearer it is to the route: a refusal has the headers of every answer, too.
    Layer.provide(
      Unrouted.layer(
        options.prefix,
        [...Operation.PATHS, RoomAddress.BADGE_PATH, ...pages.map(({ path }) => path)].map((path) => ({
          method: "GET",
          path
        })),
        routerConfig,
        Pages.lost(pages)
      )
    ),
    Layer.provide(FairShare.requests),
    Layer.provide([
      Requests.all,
      everyAnswer,
      Listener.streams,
      Cors.layer(options.allowedOrigins),
      ClientAddress.forwarded(options.trustedProxies ?? [])
    ]),
    Layer.provide([Limits.layer(options.limits ?? Limits.OFF), FairShare.layer])
  )
  return Listener.drainAndClose.pipe(
    Layer.provideMerge(HttpRouter.serve(routes, { disableLogger: true, disableListenLog: true, routerConfig })),
    Layer.provideMerge(Listener.layer(options))
  )
}
