/**
 * What Node's own server needs: limits, requests that come too early, streams, and closing. Every request goes to the router.
 * Only this file and NodeRefusals handle sockets.
 */
import { NodeHttpServer, NodeHttpServerRequest } from "@effect/platform-node"
import { Clock, Context, Duration, Effect, Layer, Schedule } from "effect"
import { HttpEffect, HttpRouter, HttpServerResponse } from "effect/http"
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http"
import type { Socket } from "node:net"
import type { Rooms } from "../rooms/Rooms.ts"
import { Drain } from "./Drain.ts"
import * as NodeRefusals from "./NodeRefusals.ts"

export interface Options {
  readonly host: string
  readonly port: number
  /** The longest time that closing may take. */
  readonly drainTimeout: Duration.Duration
  /** How long the buffer of a stream may stay unread before its client is disconnected. */
  readonly unreadLimit?: Duration.Duration
}

/** The largest headers of a request, in bytes. */
export const HEADERS_MAX = 16_384

/** The longest time in which the headers and the whole request must arrive, in milliseconds. */
const HEADERS_TIMEOUT = 10_000
const REQUEST_TIMEOUT = 30_000
const TIMEOUT_CHECK = 2_000

/** Longer than a load balancer keeps an idle connection (60 s is common), so that the server never closes first. */
const KEEP_ALIVE_TIMEOUT = 65_000

/** How long an answer may wait for a client that does not read. Streams have their own limit. */
const IDLE_TIMEOUT = 60_000

/** A connection whose client has read everything. */
const READ = -1

const UNREAD_LIMIT = Duration.seconds(30)

/** How many times all streams are checked within that limit. */
const LOOKS = 6

/** The share of the shutdown time that requests may use. The rest is for closing everything else. */
const DRAIN_SHARE = 0.95

export class Listener extends Context.Service<
  Listener,
  {
    readonly isConnected: Effect.Effect<boolean>
    /** Accepts no new connections, and is done when the present ones have ended. */
    readonly close: Effect.Effect<void>
    /** Ends every connection at once. */
    readonly cut: Effect.Effect<void>
    /** How long closing may wait for the requests that are being answered. */
    readonly patience: Duration.Duration
    /** The connections that carry a stream. The value is since when our buffer is unread, in ms, or READ. */
    readonly streams: Map<Socket, number>
    /** The request that came last on each connection. */
    readonly lastRequests: WeakMap<Socket, IncomingMessage>
  }
>()("pairroom/http/Node/Listener") {}

/**
 * Drains and closes the listener when this layer is closed, so build it on top of the server. If anybody is connected, new
 * connections are accepted for a moment longer, so that a load balancer sees that the instance drains.
 */
export const onClose: Layer.Layer<never, never, Drain | Listener | Rooms> = Layer.effectDiscard(
  Effect.gen(function* () {
    const context = yield* Effect.context<Drain | Rooms>()
    const { notice } = yield* Drain
    const listener = yield* Listener
    const end = Effect.gen(function* () {
      const isConnected = yield* listener.isConnected
      yield* Drain.begin
      if (isConnected) yield* Effect.sleep(Duration.millis(notice))
      yield* listener.close
    })
    yield* Effect.addFinalizer(() =>
      Effect.interruptible(end).pipe(
        Effect.timeoutOrElse({ duration: listener.patience, orElse: () => listener.cut }),
        Effect.provideContext(context)
      )
    )
  })
)

/** Listens. */
export const layer = ({ host, port, drainTimeout, unreadLimit = UNREAD_LIMIT }: Options) => {
  const server = createServer({
    maxHeaderSize: HEADERS_MAX,
    headersTimeout: HEADERS_TIMEOUT,
    requestTimeout: REQUEST_TIMEOUT,
    connectionsCheckingInterval: TIMEOUT_CHECK,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
    // Refused in Refusals, with the JSON of every other refusal.
    requireHostHeader: false
  })
  server
    .setTimeout(IDLE_TIMEOUT)
    .on("clientError", NodeRefusals.onClientError)
    .on("checkExpectation", NodeRefusals.onExpectation)
    .on("connect", NodeRefusals.onConnect)
  const streams = new Map<Socket, number>()
  const lastRequests = new WeakMap<Socket, IncomingMessage>()
  const silent = silentConnections(server)
  passRequests(server, streams, lastRequests)
  const listener = Listener.of({
    streams,
    lastRequests,
    isConnected: Effect.callback<boolean>((resume) => {
      server.getConnections((_error, count) => resume(Effect.succeed(count > 0)))
    }),
    close: Effect.callback<void>((resume) => {
      server.close(() => resume(Effect.void))
      // Node would wait for connections on which no request has come.
      for (const socket of silent) if (socket.bytesRead === 0) socket.destroy()
    }),
    cut: Effect.sync(() => server.closeAllConnections()),
    patience: Duration.times(drainTimeout, DRAIN_SHARE)
  })
  return Layer.mergeAll(
    NodeHttpServer.layer(() => server, { host, port, gracefulShutdownTimeout: drainTimeout }),
    Layer.succeed(Listener, listener),
    endUnread(streams, unreadLimit)
  )
}

/** Returns the connections on which no request has come yet. The set is kept up to date. */
const silentConnections = (server: Server): ReadonlySet<Socket> => {
  const silent = new Set<Socket>()
  server.on("connection", (socket) => {
    silent.add(socket)
    socket.once("close", () => silent.delete(socket))
  })
  server.on("request", ({ socket }) => silent.delete(socket))
  return silent
}

/**
 * Passes each request on to the listener of the library, by Node's own events. Three things are different from Node:
 * - Requests that come between listening and serving wait for the library's listener. Node would never answer them.
 * - A request behind a stream ends its connection: a stream is the last answer on a connection.
 * - The library's listener for upgrades is taken off. So a request for an upgrade is answered like any other (RFC 9110, 7.8).
 */
const passRequests = (
  server: Server,
  streams: ReadonlyMap<Socket, number>,
  lastRequests: WeakMap<Socket, IncomingMessage>
): void => {
  const early: Array<Parameters<RequestListener>> = []
  let serve: RequestListener = (...exchange) => void early.push(exchange)
  const pass: RequestListener = (request, response) => {
    if (request.socket.destroyed) return
    if (streams.has(request.socket)) return void request.socket.destroy()
    lastRequests.set(request.socket, request)
    serve(request, response)
  }
  server.on("request", pass).on("newListener", (event: string | symbol, listener: RequestListener) => {
    if (event === "upgrade") process.nextTick(() => server.off("upgrade", listener))
    if (event !== "request") return
    serve = listener
    process.nextTick(() => server.off("request", listener))
    for (const exchange of early.splice(0)) serve(...exchange)
  })
}

/** Prepares the connection for each answer that is a stream, before its head is written. */
export const streams = HttpRouter.middleware(
  Effect.map(
    Listener,
    ({ lastRequests, streams }) =>
      (httpEffect) =>
        HttpEffect.withPreResponseHandler(httpEffect, (request, response) => {
          if (response.body._tag !== "Stream") return Effect.succeed(response)
          return Effect.sync(() => {
            const nodeResponse = NodeHttpServerRequest.toServerResponse(request)
            const incoming = NodeHttpServerRequest.toIncomingMessage(request)
            const { socket } = incoming
            // Another request came behind this one before the stream began.
            if (socket.destroyed || lastRequests.get(socket) !== incoming) {
              socket.destroy()
              return response
            }
            streams.set(socket, READ)
            socket.setTimeout(0)
            socket.once("close", () => streams.delete(socket))
            // The end of the connection is the end of the stream: a frame is one write then, with no chunk around it.
            nodeResponse.removeHeader("transfer-encoding")
            return HttpServerResponse.setHeader(response, "connection", "close")
          })
        })
  ),
  { global: true }
)

/**
 * Checks all streams from time to time, and resets those whose buffer in this process was not read for too long. A reset frees
 * the kernel's buffer too, and interrupts the stream. The time-out of the socket is not enough: a client that reads one byte
 * now and then would never reach it.
 */
const endUnread = (streams: Map<Socket, number>, limit: Duration.Duration) => {
  const look = Effect.map(Clock.Clock, (clock) => {
    const now = Number(clock.monotonicTimeNanosUnsafe() / 1_000_000n)
    for (const [socket, unreadSince] of streams) {
      if (socket.writableLength === 0) streams.set(socket, READ)
      else if (unreadSince === READ) streams.set(socket, now)
      else if (now - unreadSince >= Duration.toMillis(limit)) socket.resetAndDestroy()
    }
  })
  return Layer.effectDiscard(
    Effect.forkScoped(Effect.schedule(look, Schedule.spaced(Duration.divideUnsafe(limit, LOOKS))))
  )
}
