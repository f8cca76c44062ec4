/**
 * The Node server that listens: its limits, who has a request first, and how it closes.
 */
import { NodeHttpServer } from "@effect/platform-node"
import { Context, Duration, Effect, Layer } from "effect"
import { type IncomingMessage, type RequestListener, Server, type ServerOptions, type ServerResponse } from "node:http"
import type { Socket } from "node:net"
import { Drain } from "./Drain.ts"
import type * as NodeEventStream from "./NodeEventStream.ts"
import * as Refusals from "./Refusals.ts"

export interface Options {
  readonly host: string
  readonly port: number
  /** The most that closing takes. */
  readonly drainTimeout: Duration.Duration
}

/** The most bytes of a request's headers. */
export const HEADERS_MAX = 16_384

/** What a request may take to arrive, its headers first, in milliseconds. */
const HEADERS_TIMEOUT = 10_000
const REQUEST_TIMEOUT = 30_000
const TIMEOUT_CHECK = 2_000

/** Longer than a load balancer keeps an idle connection (60 s is common), so that it is never the server that closes. */
const KEEP_ALIVE_TIMEOUT = 65_000

/** How long an answer may stand still because its client does not read; a stream has its own patience. */
const IDLE_TIMEOUT = 60_000

/** Of the time that a shutdown may take, the share for requests: the rest is for what else is to be closed. */
const DRAIN_SHARE = 0.95

export class Listener extends Context.Service<
  Listener,
  {
    readonly isConnected: Effect.Effect<boolean>
    /** Takes no new connections, and is done when those that there are have ended. */
    readonly close: Effect.Effect<void>
    /** Ends every connection, whatever is under way. */
    readonly cut: Effect.Effect<void>
    /** How long closing may wait for what is under way. */
    readonly patience: Duration.Duration
  }
>()("pairroom/http/Listener") {}

/**
 * Drains and closes the listener when it is closed: to be built on top of what serves. While anyone is connected new
 * connections are taken for a moment longer, so that a load balancer that asks sees what is going on.
 */
export const onClose: Layer.Layer<never, never, Drain | Listener> = Layer.effectDiscard(
  Effect.gen(function* () {
    const drain = yield* Drain
    const listener = yield* Listener
    const end = Effect.gen(function* () {
      const isConnected = yield* listener.isConnected
      yield* drain.begin
      if (isConnected) yield* Effect.sleep(drain.notice)
      yield* listener.close
    })
    yield* Effect.addFinalizer(() =>
      Effect.interruptible(end).pipe(Effect.timeoutOrElse({ duration: listener.patience, orElse: () => listener.cut }))
    )
  })
)

/** Listens; `take` has each request first. */
export const layer = ({ host, port, drainTimeout }: Options, take: NodeEventStream.Take) => {
  const server = new FrontServer(
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
  server
    .setTimeout(IDLE_TIMEOUT)
    .on("clientError", Refusals.onClientError)
    .on("checkExpectation", Refusals.onExpectation)
    .on("connect", Refusals.onConnect)
  const listener = Listener.of({
    isConnected: Effect.callback<boolean>((resume) => {
      server.getConnections((_error, count) => resume(Effect.succeed(count > 0)))
    }),
    close: Effect.callback<void>((resume) => void server.close(() => resume(Effect.void))),
    cut: Effect.sync(() => server.closeAllConnections()),
    patience: Duration.times(drainTimeout, DRAIN_SHARE)
  })
  return Layer.merge(
    NodeHttpServer.layer(() => holdEarlyRequests(server), { host, port, gracefulShutdownTimeout: drainTimeout }),
    Layer.succeed(Listener, listener)
  )
}

/**
 * A server that lets `take` have each request first, and offers no upgrade: a request that asks for one is answered as
 * any other (RFC 9110, section 7.8).
 */
class FrontServer extends Server {
  readonly #take: NodeEventStream.Take
  /** Connections on which no request has come yet, which Node would wait for when it closes. */
  readonly #fresh = new Set<Socket>()
  readonly #forget: (this: Socket) => void

  constructor(options: ServerOptions, take: NodeEventStream.Take) {
    super(options)
    this.#take = take
    const fresh = this.#fresh
    this.#forget = function () {
      fresh.delete(this)
    }
    super.on("connection", (socket) => {
      fresh.add(socket)
      socket.once("close", this.#forget)
    })
  }

  override on(event: string, listener: (...args: Array<never>) => void): this {
    return event === "upgrade" ? this : super.on(event, listener as never)
  }

  override emit(event: string, ...args: Array<unknown>): boolean {
    if (event !== "request") return super.emit(event, ...args)
    const [request, response] = args as [IncomingMessage, ServerResponse]
    if (this.#fresh.delete(request.socket)) request.socket.off("close", this.#forget)
    this.#take(request, response, () => super.emit(event, request, response))
    return true
  }

  override close(callback?: (error?: Error) => void): this {
    super.close(callback)
    for (const socket of this.#fresh) if (socket.bytesRead === 0) socket.destroy()
    return this
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
