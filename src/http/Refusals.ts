/**
 * Refusals of requests that reach no endpoint: unknown path, wrong method, no host, unknown transfer coding. They have the same JSON as those of the API.
 */
import { Effect, type Types } from "effect"
import { FindMyWay, HttpRouter, HttpServerError, HttpServerRequest, HttpServerResponse } from "effect/http"
import { HttpApi } from "effect/http-api"
import type { IncomingMessage } from "node:http"
import { BadRequest, MethodNotAllowed, NotFound, NotImplemented, roomNotFound } from "../domain/errors.ts"
import { shown } from "../domain/RoomInput.ts"
import { prefixed } from "./Api.ts"

/** A path and a method that the server has. */
export interface Route {
  readonly method: string
  readonly path: `/${string}`
}

const respond = (status: number, error: { readonly _tag: string; readonly message: string }, headers = {}) =>
  HttpServerResponse.jsonUnsafe(
    { _tag: error._tag, message: error.message },
    { status, headers: { "cache-control": "no-store", ...headers } }
  )

/** Answers for the paths and methods that the API and `others` do not have. */
export const layer = (prefix: string, others: ReadonlyArray<Route>) => {
  const router = FindMyWay.make<Route>()
  const methods = new Set<string>()
  for (const route of [...routesOf(prefix), ...others]) {
    router.on(route.method, route.path, route)
    methods.add(route.method)
  }
  const find = (url: string) => [...methods].flatMap((method) => router.find(method, url)?.handler ?? [])

  const refuseRoute = ({ method, url }: HttpServerRequest.HttpServerRequest) => {
    // The router cannot decode such a path, or would cut it off. It is treated as a code that no room has.
    const unreadable = /[%;]/.test(url) ? router.find(method, url.replace(/[%;]/g, "-"))?.handler : undefined
    if (unreadable?.path.includes(":accessCode")) return respond(404, roomNotFound())
    const found = find(url)
    if (found.length > 0) {
      const allow = found.flatMap((route) => (route.method === "GET" ? ["GET", "HEAD"] : [route.method])).join(", ")
      return respond(405, new MethodNotAllowed({ message: `method: expected ${allow}, got ${method}` }), { allow })
    }
    return respond(404, new NotFound({ message: `path: nothing is at ${shown(url.split("?")[0])}` }))
  }

  const noHost = respond(
    400,
    new BadRequest({ message: "host: HTTP/1.1 requires this header (RFC 9112, section 3.2)" })
  )

  const unknownCoding = respond(501, codingNotImplemented())

  return HttpRouter.middleware<{ handles: HttpServerError.HttpServerError }>()(
    (httpEffect) =>
      Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) =>
        !hasHost(request.source as IncomingMessage)
          ? Effect.succeed(noHost)
          : !isKnownCoding(request.headers["transfer-encoding"])
            ? Effect.succeed(unknownCoding)
            : Effect.catch(httpEffect, (error) =>
                isRouteNotFound(error) ? Effect.succeed(refuseRoute(request)) : Effect.fail(error as Types.unhandled)
              )
      ),
    { global: true }
  )
}

const HOST = /^[\w.~%!$&'()*+,;=-]*(?::\d*)?$|^\[[\da-fA-F:.]+\](?::\d*)?$/

/** Does the request have exactly one valid `Host`, or is it HTTP/1.0, which needs none? */
export const hasHost = ({ httpVersion, rawHeaders }: IncomingMessage): boolean => {
  const hosts = rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === "host")
  return hosts.length === 0 ? httpVersion !== "1.1" : hosts.length === 1 && HOST.test(hosts[0] ?? "")
}

/** RFC 9112, section 6.1. */
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
