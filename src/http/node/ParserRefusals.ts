/**
 * Refusals by Node's own HTTP parser, as the same JSON that the API sends. Node alone would answer with an empty body, or not at
 * all while a handler waits for the rest of a broken request.
 */
import { Effect, Metric, Queue } from "effect"
import { type IncomingMessage, type RequestListener, STATUS_CODES } from "node:http"
import type { Duplex } from "node:stream"
import { BadRequest, ExpectationFailed, HeadersTooLarge, PayloadTooLarge, RequestTimeout } from "../../domain/errors.ts"
import { shown } from "../../domain/BadInput.ts"
import { statusOf } from "../api/errors.ts"
import { headersFor } from "../Cors.ts"
import * as DebugLog from "../DebugLog.ts"
import { requests } from "../HttpMetrics.ts"
import { codingNotImplemented } from "../Unrouted.ts"
import { NO_STORE } from "../AnswerHeaders.ts"
import { NONE } from "../Requests.ts"
import { SECURITY_HEADERS } from "../SecurityHeaders.ts"
import { begin, type Connection, type Connections } from "./Connections.ts"

interface ParserError {
  readonly message?: string
  readonly code?: string
  readonly reason?: string
  /** The bytes in which the error is. */
  readonly rawPacket?: Uint8Array
}

type Headers = Readonly<Record<string, string | number>>

/** Returns the refusal for an error of the parser. */
const refusalOf = ({ code, reason }: ParserError) => {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return new HeadersTooLarge({ message: "headers: expected at most 16 KiB" })
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return new PayloadTooLarge({ message: "body: expected chunk extensions of at most 16 KiB" })
    case "HPE_INVALID_TRANSFER_ENCODING":
      // The parser has the same code for a request with both headers.
      if (reason?.includes("Content-Length") !== true) return codingNotImplemented()
      break
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new RequestTimeout({ message: "request: it did not arrive in time" })
  }
  return new BadRequest({ message: `request: it is not HTTP${reason === undefined ? "" : ` (${reason})`}` })
}

/** What the parser could not read. */
export type Refusals = Queue.Queue<ParserError>

/** The codes of the parser. Others are those of a connection that broke. */
const PARSER_CODE = /^(HPE_|ERR_HTTP_REQUEST_TIMEOUT)/

/** Notes a refusal. Called by Node, it only writes into a queue. */
export const offer = (refusals: Refusals, error: ParserError): void => {
  if (PARSER_CODE.test(error.code ?? "")) Queue.offerUnsafe(refusals, error)
}

/** Returns a queue whose refusals are counted, and logged at Debug. */
export const counted = Effect.gen(function* () {
  const refusals = yield* Queue.unbounded<ParserError>()
  const count = Effect.flatMap(Queue.take(refusals), (error) => {
    const status = String(statusOf(refusalOf(error)))
    return Effect.andThen(
      // Requests that were read are counted by tallies. None of them has this method.
      Metric.update(requests.of({ method: "unknown", route: NONE, status }), 1),
      DebugLog.log("the parser has refused a request", () => ({ status, code: error.code }))
    )
  })
  yield* Effect.forkScoped(Effect.forever(count))
  return refusals
})

/**
 * Answers in JSON where Node's own server would answer with an empty body. The error is in the last request of the connection, if
 * that has not come to its end, or in what follows it.
 */
export const onClientError = (
  error: ParserError,
  socket: Duplex,
  connection: Connection | undefined,
  allowedOrigins: ReadonlyArray<string> = []
): void => {
  const exchange = connection?.last
  const cors = headersFor(allowedOrigins, originIn(error))
  if (exchange === undefined) return refuse(error, socket, cors)
  const { request, response } = exchange
  if (connection?.isStream === true) return void socket.destroy()
  if (!request.complete) {
    // Its answer has begun already: nothing may follow those bytes. Without keep-alive the connection ends by itself.
    if (response.headersSent) return response.shouldKeepAlive ? void socket.destroy() : undefined
    const { body, headers, status } = answerOf(refusalOf(error), headersFor(allowedOrigins, request.headers.origin))
    response.writeHead(status, headers).end(body)
    // Its handler may wait for the rest of the request. Node would not say that it never comes, because there is an answer.
    socket.once("close", () => request.destroy())
    return
  }
  // The answer to a whole request is sent first.
  if (response.writableFinished) return refuse(error, socket, cors)
  // What comes after an error is broken again, and it would be kept for as long as nobody reads the answer.
  if (waiting.has(socket)) return void socket.destroy()
  waiting.add(socket)
  response.once("finish", () => refuse(error, socket, cors))
}

/** The connections whose refusal waits for the answer before it. */
const waiting = new WeakSet<Duplex>()

/** Where the headers could not be read to their end, the origin may be in what was read. */
const originIn = ({ rawPacket }: ParserError): string | undefined =>
  rawPacket === undefined
    ? undefined
    : /^origin:[ \t]*(\S+)[ \t]*\r$/im.exec(Buffer.from(rawPacket).toString("latin1"))?.[1]

const refuse = (error: ParserError, socket: Duplex, cors: Headers): void => {
  // What comes after a refusal is broken again.
  if (socket.writableEnded) return
  if (!socket.writable) return void socket.destroy()
  end(socket, refusalOf(error), cors)
}

/** Returns the answer of a refusal. The connection is over with it. */
const answerOf = (refusal: Error & { readonly _tag: string }, cors: Headers) => {
  const body = JSON.stringify({ _tag: refusal._tag, message: refusal.message })
  const headers: Headers = {
    "content-type": "application/json",
    ...NO_STORE,
    "content-length": Buffer.byteLength(body),
    ...SECURITY_HEADERS,
    ...cors,
    connection: "close"
  }
  return { status: statusOf(refusal), body, headers }
}

/** How long a client has to read a refusal, in milliseconds. A connection that is closed at once may lose it. */
const CLOSING = 500

const end = (socket: Duplex, refusal: Error & { readonly _tag: string }, cors: Headers = {}): void => {
  const { body, headers, status } = answerOf(refusal, cors)
  const head = Object.entries(headers).map((header) => header.join(": "))
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.join("\r\n")}\r\n\r\n${body}`)
  const closing = setTimeout(() => socket.destroy(), CLOSING)
  socket.once("close", () => clearTimeout(closing))
}

/** Refuses `CONNECT`, which asks for a tunnel. Node passes only the socket. */
export const onConnect =
  (connections: Connections) =>
  ({ socket }: Pick<IncomingMessage, "socket">): void => {
    // Node has removed its own listener, and an error without a listener would end the process.
    socket.on("error", () => socket.destroy())
    const last = connections.get(socket)?.last
    // The refusal would stand in the middle of the answer before it, or in its place.
    if (last !== undefined && !last.response.writableFinished) return void socket.destroy()
    end(socket, new BadRequest({ message: "method: CONNECT is for proxies, and this is none" }))
  }

/** Refuses an `Expect` that cannot be met. Its connection is over: nobody knows whether the body comes. */
export const refuseExpectation =
  (connections: Connections, allowedOrigins: ReadonlyArray<string>): RequestListener =>
  (request, response) => {
    if (!begin(connections, { request, response })) return
    const refusal = new ExpectationFailed({
      message: `expect: expected 100-continue, got ${shown(request.headers.expect)}`
    })
    const { body, headers, status } = answerOf(refusal, headersFor(allowedOrigins, request.headers.origin))
    response.writeHead(status, headers).end(body)
  }
