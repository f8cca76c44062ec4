/**
 * Node's own server: its limits, and how it is closed. Every request goes to the router. Only this folder handles sockets.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Context, Duration, Effect, FileSystem, Layer, Path } from "effect"
import { Etag, HttpPlatform, HttpRouter } from "effect/http"
import { createServer, type Server } from "node:http"
import type { Socket } from "node:net"
import type { WatchedRooms } from "../../rooms/WatchedRooms.ts"
import { Drain } from "../Drain.ts"
import * as FairShare from "../FairShare.ts"
import * as AcceptQueue from "./AcceptQueue.ts"
import * as ConnectionLimit from "./ConnectionLimit.ts"
import * as Connections from "./Connections.ts"
import { endVanished } from "./Vanished.ts"
import * as ParserRefusals from "./ParserRefusals.ts"

export interface Options {
  readonly host: string
  readonly port: number
  /** The longest time that closing may take. */
  readonly drainTimeout: Duration.Duration
  /** The origins that may read the answers, refusals of the parser too. None by default. */
  readonly allowedOrigins?: ReadonlyArray<string>
  /** How long the buffer of a stream may stay unread before its client is disconnected. */
  readonly unreadLimit?: Duration.Duration
  /** How many connections may be open at once. No limit by default. */
  readonly connectionsLimit?: number
}

/** The largest headers of a request, in bytes. */
export const HEADERS_MAX = 16_384

/** The longest time in which the headers and the whole request must arrive, in milliseconds. */
const HEADERS_TIMEOUT = 10_000
const REQUEST_TIMEOUT = 30_000
const TIMEOUT_CHECK = 2_000

/** Longer than a load balancer keeps an idle connection (60 s is common), so that the server never closes first. */
const KEEP_ALIVE_TIMEOUT = 65_000

/**
 * How many clients may wait until their connections are accepted. The kernel has a limit of its own, which counts where it is lower.
 * Node accepts one connection in each turn of its event loop, so after an outage thousands wait. With Node's own 511 the others would
 * not get through, and try again after 1 s, 2 s, 4 s and so on.
 */
const BACKLOG = 65_535

/** How long an answer may wait for a client that does not read. Streams have a limit of their own. */
const UNREAD_ANSWER = Duration.seconds(60)
const UNREAD_STREAM = Duration.seconds(30)

/** How long a shutdown waits for a client that has not sent its whole request, or does not read its answer. */
const STRAGGLER = Duration.seconds(2)

/** The share of the shutdown time that requests may use. The rest is for closing everything else. */
const DRAIN_SHARE = 0.95

export class Listener extends Context.Service<
  Listener,
  {
    /** Is any connection open? */
    readonly isConnected: Effect.Effect<boolean>
    /** Accepts no new connections, and is done when the present ones have ended. */
    readonly close: Effect.Effect<void>
    /** Ends every connection at once. */
    readonly cut: Effect.Effect<void>
    /** How long closing may wait for the requests that are being answered. */
    readonly patience: Duration.Duration
    readonly connections: Connections.Connections
  }
>()("pairroom/http/node/Listener") {}

/**
 * Drains and closes the listener when this layer is closed, so build it on top of the server. If anybody is connected, new
 * connections are accepted for a moment longer, so that a load balancer sees that the instance drains.
 */
export const drainAndClose: Layer.Layer<never, never, Drain | Listener | WatchedRooms> = Layer.effectDiscard(
  Effect.gen(function* () {
    const context = yield* Effect.context<Drain | WatchedRooms>()
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

/** Prepares the connection of each answer that is a stream. */
export const streams = HttpRouter.middleware(
  Effect.map(Listener, ({ connections }) => Connections.prepareStreams(connections)),
  { global: true }
)

/** What the routes need of the platform, and no more: every stream keeps its context, and a larger one costs it 2 KiB. */
const platform = Layer.effectContext(
  Effect.map(
    Layer.build(NodeHttpServer.layerHttpServices),
    Context.pick(HttpPlatform.HttpPlatform, Etag.Generator, FileSystem.FileSystem, Path.Path)
  )
)

/** Listens, for as long as the layer is there. Provides what the routes need of the platform, too. */
export const layer = (options: Options) =>
  Layer.unwrap(
    Effect.zipWith(ParserRefusals.counted, ConnectionLimit.counted, (refusals, ended) =>
      listen(options, refusals, ended)
    )
  )

const listen = (
  { host, port, drainTimeout, allowedOrigins = [], unreadLimit = UNREAD_STREAM, connectionsLimit = Infinity }: Options,
  refusals: ParserRefusals.Refusals,
  ended: ConnectionLimit.Ended
) => {
  const server = createServer({
    maxHeaderSize: HEADERS_MAX,
    headersTimeout: HEADERS_TIMEOUT,
    requestTimeout: REQUEST_TIMEOUT,
    connectionsCheckingInterval: TIMEOUT_CHECK,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
    // Refused in Unrouted, with the JSON of every other refusal.
    requireHostHeader: false
  })
  const connections = Connections.of(server)
  server
    .setTimeout(Duration.toMillis(UNREAD_ANSWER))
    .on("clientError", (error, socket) => {
      ParserRefusals.offer(refusals, error)
      // The types of Node say Duplex, for servers of other kinds. That of this one is a Socket.
      ParserRefusals.onClientError(error, socket, connections.get(socket as Socket), allowedOrigins)
    })
    .on("checkExpectation", ParserRefusals.refuseExpectation(connections, allowedOrigins))
    .on("connect", ParserRefusals.onConnect(connections))
  Connections.passRequests(server, connections)
  ConnectionLimit.keep(server, connections, connectionsLimit, ended)
  const listener = Listener.of({
    connections,
    isConnected: Effect.sync(() => connections.size > 0),
    close: Effect.raceFirst(closed(server), endStragglers(connections)),
    cut: Effect.sync(() => server.closeAllConnections()),
    patience: Duration.times(drainTimeout, DRAIN_SHARE)
  })
  return Layer.mergeAll(
    NodeHttpServer.layerServer(() => server, { host, port, backlog: BACKLOG, gracefulShutdownTimeout: drainTimeout }),
    platform,
    Layer.succeed(Listener, listener),
    Layer.succeed(FairShare.TurnsAccepting, AcceptQueue.turnsAccepting(server)),
    Connections.endUnread(connections, { stream: unreadLimit, answer: UNREAD_ANSWER }),
    Layer.provide(endVanished(connections), NodeServices.layer)
  )
}

/** Accepts no new connections, and is done when the present ones have ended. */
const closed = (server: Server) => Effect.callback<void>((resume) => void server.close(() => resume(Effect.void)))

/** Ends the connections for which Node would wait although nobody there waits for an answer, or reads it. */
const endStragglers = Effect.fnUntraced(function* (connections: Connections.Connections): Effect.fn.Return<never> {
  const destroy = (isOne: (connection: Connections.Connection, socket: Socket) => boolean) => {
    for (const [socket, connection] of connections) if (isOne(connection, socket)) socket.destroy()
  }
  destroy(({ last }, { bytesRead }) => last === undefined && bytesRead === 0)
  yield* Effect.sleep(STRAGGLER)
  destroy((connection, { writableLength }) => !Connections.isAnswering(connection) || writableLength > 0)
  return yield* Effect.never
})
