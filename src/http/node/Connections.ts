/**
 * What the server knows of its connections: the last request on each, whether it carries a stream, and since when its client
 * reads nothing. Node's own server keeps none of it.
 */
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import { Duration, Effect, Layer, Schedule } from "effect"
import { HttpEffect, HttpServerResponse } from "effect/http"
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http"
import type { Socket } from "node:net"
import * as Elapsed from "../../store/Elapsed.ts"
import * as Cuts from "../Cuts.ts"

/** The request that came last on a connection, and its answer. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

export interface Connection {
  /** Undefined before the first request. */
  readonly last: Exchange | undefined
  /** How many requests that came behind another one have no answer yet. */
  readonly behind: number
  /** How many bytes had come when there were too many of them, and no more requests were served; NO if there were not. */
  readonly fullAt: number
  /** Does it carry a stream? A stream is the last answer on its connection. */
  readonly isStream: boolean
  /** Since when our buffer is unread, in milliseconds of the monotonic clock, or READ. */
  readonly unreadSince: number
}

export type Connections = Map<Socket, Connection>

/** In place of a time: the client has read everything. */
const READ = -1

/** In place of a number of bytes: there were never too many requests. */
const NO = -1

const NEW: Connection = { last: undefined, behind: 0, fullAt: NO, isStream: false, unreadSince: READ }

/** Returns the open connections of a server, kept up to date. Those with the oldest last request come first. */
export const of = (server: Server): Connections => {
  const connections: Connections = new Map()
  server.on("connection", (socket) => {
    connections.set(socket, NEW)
    socket.once("close", () => connections.delete(socket))
  })
  return connections
}

/** Resets a connection: the kernel's buffer is freed too, and the stream on it is interrupted. */
export const cut = (socket: Socket, { last }: Connection, why: Cuts.Cut): void => {
  if (last !== undefined) Cuts.note(last.request, why)
  socket.resetAndDestroy()
}

const change = (connections: Connections, socket: Socket, fields: Partial<Connection>): void => {
  const connection = connections.get(socket)
  if (connection !== undefined) connections.set(socket, { ...connection, ...fields })
}

/**
 * How many requests may wait behind another on one connection. One read brings more than a thousand: without a limit 200
 * connections with 1,000 requests each stop everything else for seconds.
 */
const BEHIND_MOST = 32

/** How many bytes may come behind them. Node makes objects of requests that are not served, too, and keeps them up to the end. */
const IGNORED_MOST = 65_536

/** How many connections may end so at once, after their answers. 64 KiB of the shortest requests take 6 MB. */
const FULL_MOST = 8

/** Records a request and its answer as the last ones of its connection. Returns false if no more of them are served on it. */
export const begin = (connections: Connections, exchange: Exchange): boolean => {
  const { socket } = exchange.request
  const connection = connections.get(socket)
  if (connection === undefined || socket.destroyed) return false
  const { behind, fullAt, isStream, last } = connection
  if (isStream || (fullAt !== NO && socket.bytesRead > fullAt + IGNORED_MOST)) {
    socket.destroy()
    return false
  }
  if (fullAt !== NO) return false
  const isBehind = last !== undefined && !last.response.writableFinished
  if (last !== undefined && (asksForUpgrade(last) || (isBehind && behind >= BEHIND_MOST))) {
    endAfter(connections, socket, last)
    return false
  }
  if (asksForUpgrade(exchange)) exchange.response.setHeader("connection", "close")
  connections.delete(socket)
  connections.set(socket, { ...connection, last: exchange, behind: behind + (isBehind ? 1 : 0) })
  if (isBehind) {
    exchange.response.once("close", () =>
      change(connections, socket, { behind: (connections.get(socket)?.behind ?? 1) - 1 })
    )
  }
  return true
}

/** Serves no more requests on a connection, and ends it when this one, the last that is served, has its answer. */
const endAfter = (connections: Connections, socket: Socket, { response }: Exchange): void => {
  const full = Array.from(connections.values()).filter(({ fullAt }) => fullAt !== NO)
  if (full.length >= FULL_MOST) return void socket.destroy()
  change(connections, socket, { fullAt: socket.bytesRead })
  if (!response.headersSent) response.setHeader("connection", "close")
  response.once("finish", () => socket.destroySoon())
}

const asksForUpgrade = ({ request }: Exchange): boolean => request.headers.upgrade !== undefined

/** The events with which Node hands over a request. `checkContinue` is for a request with `Expect: 100-continue`. */
const REQUEST_EVENTS = ["request", "checkContinue"] as const

/**
 * Passes each request on to the listener of the library, by Node's own events. Five things are different from Node:
 * - Requests that come between listening and serving wait for the library's listener. Node would never answer them.
 * - The requests of a connection are served one after the other. Node would begin with all of them in the same turn.
 * - A request behind a stream ends its connection: a stream is the last answer on a connection.
 * - Of too many requests at once the first are answered, and then the connection ends.
 * - The library's listener for upgrades is taken off. So a request for an upgrade is answered like any other (RFC 9110, 7.8). It is
 *   the last one on its connection: Node's parser may lose what follows, or take its body for a request.
 */
export const passRequests = (server: Server, connections: Connections): void => {
  const passers = new Map<string | symbol, Passer>()
  for (const event of REQUEST_EVENTS) {
    const passer = makePasser(connections)
    passers.set(event, passer)
    server.on(event, passer.pass)
  }
  server.on("newListener", (event: string | symbol, listener: RequestListener) => {
    const passer = passers.get(event)
    if (event !== "upgrade" && passer === undefined) return
    // Node tells of a listener before it adds it.
    process.nextTick(() => server.off(event, listener))
    passer?.serve(listener)
  })
}

interface Passer {
  /** Hears the requests of Node. */
  readonly pass: RequestListener
  /** Passes them to this listener from now on, those that came before too. */
  readonly serve: (listener: RequestListener) => void
}

const makePasser = (connections: Connections): Passer => {
  const early: Array<Parameters<RequestListener>> = []
  let serve: RequestListener = (...exchange) => void early.push(exchange)
  const pass: RequestListener = (request, response) => {
    const before = connections.get(request.socket)?.last
    if (!begin(connections, { request, response })) return
    if (before === undefined || before.response.writableFinished) return serve(request, response)
    before.response.once("close", () => {
      if (!request.socket.destroyed && !response.writableEnded) serve(request, response)
    })
  }
  return {
    pass,
    serve: (listener: RequestListener) => {
      serve = listener
      for (const exchange of early.splice(0)) serve(...exchange)
    }
  }
}

/** Prepares the connection for each answer that is a stream, before its head is written. */
export const prepareStreams =
  (connections: Connections) =>
  <E, R>(httpEffect: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) =>
    HttpEffect.withPreResponseHandler(httpEffect, (request, response) => {
      if (response.body._tag !== "Stream") return Effect.succeed(response)
      return Effect.sync(() => {
        const nodeResponse = NodeHttpServerRequest.toServerResponse(request)
        const incoming = NodeHttpServerRequest.toIncomingMessage(request)
        const { socket } = incoming
        // Another request came behind this one before the stream began, or this one was refused meanwhile.
        const connection = connections.get(socket)
        if (connection?.last?.request !== incoming || connection.fullAt !== NO || nodeResponse.writableEnded) {
          socket.destroy()
          return response
        }
        change(connections, socket, { isStream: true })
        socket.setTimeout(0)
        // If nobody read the body, Node would stop to read from the connection, and would not see that its client has gone.
        incoming.resume()
        // Without chunks around its frames, each frame is one write. The stream ends when the connection is closed.
        nodeResponse.removeHeader("transfer-encoding")
        return HttpServerResponse.setHeader(response, "connection", "close")
      })
    })

/** How many times all connections are checked within the shorter limit. */
const LOOKS = 6

export interface UnreadLimits {
  readonly stream: Duration.Duration
  readonly answer: Duration.Duration
}

/**
 * Checks all connections from time to time, and resets those whose buffer in this process was not read for too long. A reset frees
 * the kernel's buffer too, and interrupts the stream. The time-out of the socket is not enough: a client that reads or sends one
 * byte now and then would never reach it.
 */
export const endUnread = (connections: Connections, limits: UnreadLimits) => {
  const [stream, answer] = [Duration.toMillis(limits.stream), Duration.toMillis(limits.answer)]
  const look = Effect.map(Elapsed.millis, (now) => {
    for (const [socket, connection] of connections) {
      const { isStream, unreadSince } = connection
      if (socket.writableLength === 0) {
        if (unreadSince !== READ) change(connections, socket, { unreadSince: READ })
      } else if (unreadSince === READ) change(connections, socket, { unreadSince: now })
      else if (now - unreadSince >= (isStream ? stream : answer)) cut(socket, connection, "slow")
    }
  })
  const often = Duration.millis(Math.min(stream, answer) / LOOKS)
  return Layer.effectDiscard(Effect.forkScoped(Effect.schedule(look, Schedule.spaced(often))))
}

/** Is somebody waiting for an answer on it: did the whole request come, and is the answer not all sent? */
export const isAnswering = ({ last }: Connection): boolean =>
  last !== undefined && last.request.complete && !last.response.writableFinished
