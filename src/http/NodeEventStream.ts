/**
 * The stream on Node: requests for one are taken before the router sees them, and frames are written to their
 * connections as they come, each of them encoded once for all clients.
 *
 * On the library's path a stream keeps its fiber, its scope and its parsed request for as long as it lives, and each
 * frame wakes a fiber for each client. Whatever is not answered with a stream is left to that path.
 */
import { Effect, Exit, Metric, Scope } from "effect"
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http"
import type { Socket } from "node:net"
import { type AccessCode, isAccessCode, toKey } from "../domain/AccessCode.ts"
import type { Frame } from "../rooms/Frame.ts"
import type { Outlet } from "../rooms/Outlets.ts"
import type { Room } from "../rooms/Room.ts"
import { Rooms } from "../rooms/Rooms.ts"
import { Drain } from "./Drain.ts"
import * as EventStream from "./EventStream.ts"
import { hasHost } from "./Refusals.ts"

/** A client for which our own buffer has not been empty for so long is given up, in milliseconds. */
const PATIENCE = 30_000

/** What may wait for a client before ticks are left out, and before it is given up, in bytes. */
const WAITING_FOR_TICKS = 4_096
const WAITING_MOST = 262_144

const CONNECT = /^\/([^/?]+)\/connect(?:\?(.*))?$/

/** Answers a request with a stream, or gives it to `pass` where it is for something else or is to be refused. */
export type Take = (request: IncomingMessage, response: ServerResponse, pass: () => void) => void

export interface TakeOptions {
  /** Where the API stands. */
  readonly prefix: string
  /** What else is in the head of an answer to such a request. */
  readonly headersFor: (origin: string | undefined) => OutgoingHttpHeaders
}

/** A room, held for as long as it has streams here. */
interface Held {
  readonly room: Room["Service"]
  readonly scope: Scope.Closeable
  readonly outlets: Set<ConnectionOutlet>
}

export const make = Effect.fnUntraced(function* (options: TakeOptions) {
  const rooms = yield* Rooms
  const drain = yield* Drain
  const fork = Effect.runForkWith(yield* Effect.context<never>())
  const prefix = options.prefix === "/" ? "" : options.prefix
  /** By the keys of their access codes. */
  const held = new Map<string, Held>()

  const hold = Effect.fnUntraced(function* (code: AccessCode, outlet: ConnectionOutlet) {
    const scope = yield* Scope.make()
    const room = yield* Scope.provide(rooms.watch(code), scope).pipe(
      Effect.onError(() => Scope.close(scope, Exit.void))
    )
    const others = enter(code, outlet)
    if (others !== undefined) {
      yield* Scope.close(scope, Exit.void)
      return others
    }
    const first = { room, scope, outlets: new Set([outlet]) }
    held.set(toKey(code), first)
    return first
  })

  /** Puts an outlet to those that the room is held for, if it is. */
  const enter = (code: AccessCode, outlet: ConnectionOutlet) => {
    const here = held.get(toKey(code))
    here?.outlets.add(outlet)
    return here
  }

  const leave = Effect.fnUntraced(function* (
    code: AccessCode,
    { room, scope, outlets }: Held,
    outlet: ConnectionOutlet
  ) {
    outlets.delete(outlet)
    if (outlets.size === 0) held.delete(toKey(code))
    yield* room.leave(outlet)
    yield* Metric.modify(EventStream.open, -1)
    if (outlets.size === 0) yield* Scope.close(scope, Exit.void)
  })

  /** Gives false where there is nothing to watch, or nothing more to see. */
  const join = Effect.fnUntraced(
    function* (room: Room["Service"], outlet: ConnectionOutlet, lastEventId?: string) {
      const { id, status } = yield* room.state
      if (status === "COMPLETED" && lastEventId === id) return false
      yield* room.join(outlet, lastEventId)
      if (yield* drain.isDraining) yield* dismiss(room, outlet)
      return true
    },
    Effect.orElseSucceed(() => false)
  )

  /** Is the request answered with a stream? */
  const begin = Effect.fnUntraced(function* (
    code: AccessCode,
    ticks: boolean,
    request: IncomingMessage,
    response: ServerResponse
  ) {
    if (yield* drain.isDraining) return false
    const lastEventId = headerOf(request, "last-event-id") || undefined
    const head = options.headersFor(headerOf(request, "origin"))
    const outlet = new ConnectionOutlet(response, head, yield* EventStream.retryAfterBreak, ticks)
    const here = enter(code, outlet) ?? (yield* hold(code, outlet))
    yield* Metric.modify(EventStream.open, 1)
    const joined = yield* join(here.room, outlet, lastEventId)
    if (!joined || response.closed) yield* leave(code, here, outlet)
    else onClose(response, () => fork(leave(code, here, outlet)))
    return joined
  })

  const dismiss = Effect.fnUntraced(function* (room: Room["Service"], outlet: ConnectionOutlet) {
    outlet.endWith(yield* EventStream.retryAfterDrain(drain))
    yield* room.dismiss(outlet)
  })

  const drainAll = Effect.suspend(() =>
    Effect.forEach(
      [...held.values()].flatMap(({ room, outlets }) => Array.from(outlets, (outlet) => [room, outlet] as const)),
      ([room, outlet]) => dismiss(room, outlet),
      { discard: true }
    )
  )
  yield* Effect.acquireRelease(
    Effect.sync(() => drain.onBegin(() => fork(drainAll))),
    (forget) => Effect.sync(forget)
  )

  const take: Take = (request, response, pass) => {
    const { method, url = "" } = request
    const path = method === "GET" && url.startsWith(prefix) ? CONNECT.exec(url.slice(prefix.length)) : null
    const [, code = "", query] = path ?? []
    if (!isAccessCode(code) || !hasHost(request)) return pass()
    const ticks = query === undefined || !isOff(new URLSearchParams(query).getAll("ticks"))
    fork(
      begin(code, ticks, request, response).pipe(
        // Whatever went wrong, the library's path finds it too, and answers it.
        Effect.catchCause(() => Effect.succeed(false)),
        Effect.map((taken) => (taken ? undefined : pass()))
      )
    )
  }
  return take
})

const isOff = (ticks: ReadonlyArray<string>) => ticks.length === 1 && ticks[0] === "off"

/** On its own, so that the listener keeps nothing but `listener`. */
const onClose = (response: ServerResponse, listener: () => void) => response.on("close", listener)

/** A header as it came; Node's own `headers`, once asked for, would be kept as long as the stream lives. */
const headerOf = ({ rawHeaders }: IncomingMessage, name: string): string | undefined => {
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === name) return rawHeaders[index + 1]
  }
  return undefined
}

/** Writes frames to a connection, and keeps an eye on what waits for a slow client. */
class ConnectionOutlet implements Outlet {
  readonly ticks: boolean
  readonly #response: ServerResponse
  /** What the head is made from, until it is written with the first frame. */
  #head: OutgoingHttpHeaders | null
  #retry: number
  /** From the first frame on: what follows needs nothing of the response. */
  #socket: Socket | null = null
  #writtenAt = 0
  /** Since when something has been waiting, or 0. */
  #waitingSince = 0

  constructor(response: ServerResponse, head: OutgoingHttpHeaders, retry: number, ticks: boolean) {
    this.#response = response
    this.#head = head
    this.#retry = retry
    this.ticks = ticks
  }

  write(frame: Frame): boolean {
    if (this.#socket === null) return this.#begin(frame)
    const waiting = this.#socket.writableLength
    if (waiting === 0) {
      this.#waitingSince = 0
    } else {
      this.#waitingSince ||= this.#writtenAt
      if (waiting > WAITING_MOST || frame.at - this.#waitingSince >= PATIENCE) {
        this.#response.destroy()
        return false
      }
      if (frame.kind === "tick" && waiting > WAITING_FOR_TICKS) return true
    }
    this.#writtenAt = frame.at
    this.#socket.write(frame.bytes)
    return true
  }

  end(): void {
    this.#end("")
  }

  /** Ends the stream, and tells the client when to come back, in milliseconds. */
  endWith(retry: number): void {
    this.#end(`retry: ${retry}\n\n`)
  }

  #end(text: string): void {
    this.#response.end(text)
    // A client that does not read would keep the connection open for good.
    this.#socket?.setTimeout(PATIENCE, () => this.#response.destroy())
  }

  #begin(snapshot: Frame): boolean {
    // The end of the stream is the end of the connection: without a transfer encoding a frame is one write, with no
    // chunk around it.
    this.#response.removeHeader("transfer-encoding")
    this.#response.writeHead(200, { ...EventStream.headers, connection: "close", ...this.#head })
    this.#response.write(`retry: ${this.#retry}\n${snapshot.text}`)
    this.#head = null
    this.#socket = this.#response.socket
    this.#socket?.setTimeout(0)
    this.#writtenAt = snapshot.at
    return true
  }
}
