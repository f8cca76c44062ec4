/**
 * Refusals that no endpoint makes: no such path, another method, and what Node's own parser does not take. They carry
 * the same JSON as those of the API.
 */
import { Effect, type Types } from "effect"
import { FindMyWay, HttpRouter, HttpServerError, HttpServerRequest, HttpServerResponse } from "effect/http"
import { HttpApi } from "effect/http-api"
import { type IncomingMessage, type RequestListener, type ServerResponse, STATUS_CODES } from "node:http"
import type { Duplex } from "node:stream"
import {
  BadRequest,
  HeadersTooLarge,
  MethodNotAllowed,
  NotFound,
  PayloadTooLarge,
  roomNotFound
} from "../domain/errors.ts"
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
    // What the router cannot decode, or would cut off, is an access code that no room has.
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

  return HttpRouter.middleware<{ handles: HttpServerError.HttpServerError }>()(
    (httpEffect) =>
      Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) =>
        !hasHost(request.source as IncomingMessage)
          ? Effect.succeed(noHost)
          : Effect.catch(httpEffect, (error) =>
              isRouteNotFound(error) ? Effect.succeed(refuseRoute(request)) : Effect.fail(error as Types.unhandled)
            )
      ),
    { global: true }
  )
}

const HOST = /^[\w.~%!$&'()*+,;=-]*(?::\d*)?$|^\[[\da-fA-F:.]+\](?::\d*)?$/

/** Does a request say once, and rightly, which host it is for, or need it not? */
export const hasHost = ({ httpVersion, rawHeaders }: IncomingMessage): boolean => {
  const hosts = rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === "host")
  return hosts.length === 0 ? httpVersion !== "1.1" : hosts.length === 1 && HOST.test(hosts[0] ?? "")
}

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

interface ParserError {
  readonly code?: string
  readonly reason?: string
}

/** Refusals of Node's parser by their code, and of all others. */
const parserRefusal = ({ code, reason }: ParserError): readonly [number, { _tag: string; message: string }] => {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return [431, new HeadersTooLarge({ message: "headers: expected at most 16 KiB" })]
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return [413, new PayloadTooLarge({ message: "body: expected chunk extensions of at most 16 KiB" })]
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return [408, { _tag: "RequestTimeout", message: "request: it did not arrive in time" }]
    default:
      return [400, new BadRequest({ message: `request: it is not HTTP${reason === undefined ? "" : ` (${reason})`}` })]
  }
}

/** Answers in JSON where Node's own server would answer with an empty body. */
export const onClientError = (error: ParserError, socket: Connection): void => {
  const current = socket._httpMessage
  if (current === undefined || current === null) return refuse(error, socket)
  // Nothing may follow what has been sent of another answer; one that is still to come is sent first.
  if (current.headersSent) socket.destroy()
  else current.once("finish", () => refuse(error, socket))
}

/** A connection with the answer that is under way on it: undefined before the first, null after each. */
type Connection = Duplex & { readonly _httpMessage?: ServerResponse | null }

const refuse = (error: ParserError, socket: Duplex): void => {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const [status, { _tag, message }] = parserRefusal(error)
  end(socket, status, JSON.stringify({ _tag, message }))
}

const end = (socket: Duplex, status: number, body: string): void => {
  const head = Object.entries({ ...headersOf(body), connection: "close" }).map((header) => header.join(": "))
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.join("\r\n")}\r\n\r\n${body}`)
}

/** `CONNECT` asks for a tunnel, which Node hands over as a bare socket. */
export const onConnect = (_request: IncomingMessage, socket: Duplex): void => {
  // Nobody listens for its errors any more, and one that nobody hears would end the process.
  socket.on("error", () => socket.destroy())
  end(socket, 400, JSON.stringify({ _tag: "BadRequest", message: "method: CONNECT is for proxies, and this is none" }))
}

/** The same for an `Expect` that cannot be met. */
export const onExpectation: RequestListener = ({ headers }, response) => {
  const message = `expect: expected 100-continue, got ${shown(headers.expect)}`
  const body = JSON.stringify({ _tag: "ExpectationFailed", message })
  response.writeHead(417, headersOf(body)).end(body)
}

const headersOf = (body: string) => ({
  "content-type": "application/json",
  "cache-control": "no-store",
  "content-length": Buffer.byteLength(body)
})
