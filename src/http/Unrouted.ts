/**
 * Refusals of requests that reach no endpoint: unknown path, wrong method, too long query, no host, unknown transfer coding. They have
 * the same JSON as those of the API.
 */
import { Effect, type Types } from "effect"
import { FindMyWay, HttpRouter, HttpServerError, HttpServerRequest, HttpServerResponse } from "effect/http"
import { HttpApi } from "effect/http-api"
import { BadRequest, MethodNotAllowed, NotFound, NotImplemented } from "../domain/errors.ts"
import { shown } from "../domain/BadInput.ts"
import { NO_STORE } from "./AnswerHeaders.ts"
import { prefixed } from "./Api.ts"
import { statusOf } from "./api/errors.ts"
import { hasHost } from "./node/Host.ts"
import { pathOf, queryOf, readable } from "./ReadableUrl.ts"

/** A path and a method that the server has. */
export interface Route {
  readonly method: string
  readonly path: `/${string}`
}

const respond = (error: Error & { readonly _tag: string }, headers = {}) =>
  HttpServerResponse.jsonUnsafe(
    { _tag: error._tag, message: error.message },
    { status: statusOf(error), headers: { ...NO_STORE, ...headers } }
  )

const nothingAt = (path: string) => respond(new NotFound({ message: `path: nothing is at ${shown(path)}` }))

/**
 * Answers for the paths and methods that the API and `others` do not have. `config` is that of the router itself. A browser that asks
 * for a page outside of the API gets `lost`, if there is one.
 */
export const layer = (
  prefix: string,
  others: ReadonlyArray<Route>,
  config: Partial<FindMyWay.RouterConfig> = {},
  lost?: HttpServerResponse.HttpServerResponse
) => {
  const router = FindMyWay.make<Route>(config)
  const methods = new Set<string>()
  const routes = [...routesOf(prefix), ...others]
  // One more than any route has. A longer path is cut off here, and is still the path of no route.
  const segments = 1 + Math.max(...routes.map(({ path }) => path.split("/").length))
  for (const route of routes) {
    router.on(route.method, route.path, route)
    methods.add(route.method)
  }
  const find = (url: string) => [...methods].flatMap((method) => router.find(method, url)?.handler ?? [])

  const refuseRoute = ({ headers, method, url }: HttpServerRequest.HttpServerRequest) => {
    const path = pathOf(readable(url, segments))
    const isPage = method === "GET" && isOutside(path, prefix) && headers["accept"]?.includes("text/html") === true
    const nothingThere = isPage && lost !== undefined ? lost : nothingAt(pathOf(url))
    // The router would take the end of the path for an empty parameter.
    if (hasSlashAtEnd(path)) return nothingThere
    const all = find(path)
    const exact = all.filter((route) => !HAS_OPEN_SEGMENT.test(route.path))
    const found = exact.length > 0 ? exact : all
    if (found.length > 0 && !found.some((route) => route.method === method)) {
      const allow = found.flatMap((route) => (route.method === "GET" ? ["GET", "HEAD"] : [route.method])).join(", ")
      return respond(new MethodNotAllowed({ message: `method: expected ${allow}, got ${method}` }), { allow })
    }
    return nothingThere
  }

  const noHost = respond(new BadRequest({ message: "host: HTTP/1.1 requires this header (RFC 9112, section 3.2)" }))

  const unknownCoding = respond(codingNotImplemented())

  /** Returns the refusal of a request that the router is not to see; undefined for all others. */
  const refusalOf = (request: HttpServerRequest.HttpServerRequest) => {
    if (!hasHost(request)) return noHost
    if (!isKnownCoding(request.headers["transfer-encoding"])) return unknownCoding
    if (queryOf(request.url).length > QUERY_MAX) return longQuery(request)
    if (isWholeServer(request)) return nothingAt(request.originalUrl)
    return hasSlashAtEnd(pathOf(request.url)) ? refuseRoute(request) : undefined
  }

  return HttpRouter.middleware<{ handles: HttpServerError.HttpServerError }>()(
    (httpEffect) =>
      Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
        const refusal = refusalOf(request)
        return refusal !== undefined
          ? Effect.succeed(refusal)
          : Effect.catch(asReadable(request, segments, httpEffect), (error) =>
              isRouteNotFound(error) ? Effect.succeed(refuseRoute(request)) : Effect.fail(error as Types.unhandled)
            )
      }),
    { global: true }
  )
}

/** A segment that is nothing but a parameter. Such a path fits where another one fits more closely. */
const HAS_OPEN_SEGMENT = /\/:\w+(?:\/|$)/

/** The longest query, in bytes. What it takes to parse grows faster than its length, and no request needs one as long. */
const QUERY_MAX = 2_048

const longQuery = ({ url }: HttpServerRequest.HttpServerRequest) => {
  const query = queryOf(url)
  const message = `query: expected at most 2 KiB, got ${query.length} bytes, ${shown(query)}`
  return respond(new BadRequest({ message }))
}

/** `*` is the whole server (RFC 9112, section 3.2.4), which has nothing to get. The library would take it for the front page. */
const isWholeServer = ({ method, originalUrl }: HttpServerRequest.HttpServerRequest) =>
  originalUrl === "*" && method !== "OPTIONS"

const isOutside = (path: string, prefix: string) => prefix === "/" || !`${path}/`.startsWith(`${prefix}/`)

const hasSlashAtEnd = (path: string) => path.length > 1 && path.endsWith("/")

/** Lets the router see a URL that it can read. */
const asReadable = <A, E, R>(
  request: HttpServerRequest.HttpServerRequest,
  segments: number,
  httpEffect: Effect.Effect<A, E, R>
) => {
  const url = readable(request.url, segments)
  return url === request.url
    ? httpEffect
    : Effect.updateService(httpEffect, HttpServerRequest.HttpServerRequest, (request) => request.modify({ url }))
}

/** Can the server decode it (RFC 9112, section 6.1)? */
const isKnownCoding = (coding: string | undefined) => coding === undefined || coding.trim().toLowerCase() === "chunked"

export const codingNotImplemented = () =>
  new NotImplemented({ message: "transfer-encoding: expected chunked, got another coding" })

const routesOf = (prefix: string): ReadonlyArray<Route> => {
  const routes: Array<Route> = []
  HttpApi.reflect(prefixed(prefix), {
    onGroup: () => {},
    onEndpoint: ({ endpoint: { method, path } }) => routes.push({ method, path: path as Route["path"] })
  })
  return routes
}

const isRouteNotFound = (error: unknown): boolean =>
  error instanceof HttpServerError.HttpServerError && error.reason._tag === "RouteNotFound"
