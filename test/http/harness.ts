/** What the tests of the server share: the whole service on a free port, and clients of it. */
import { Deferred, Duration, Effect, Layer, Queue } from "effect"
import { HttpServer } from "effect/http"
import { request as send } from "node:http"
import { connect } from "node:net"
import { Drain } from "../../src/http/Drain.ts"
import * as Server from "../../src/http/Server.ts"
import { Rooms } from "../../src/rooms/Rooms.ts"
import * as MemoryRoomStore from "../../src/store/MemoryRoomStore.ts"

/** With no notice: at the end of a test nobody turns the clock any more. */
const immediate = Drain.layerWith({ spread: Duration.seconds(10), notice: Duration.zero })

export const serve = (options: Partial<Server.Options> = {}, rooms = Rooms.layer, drain = immediate) =>
  Server.layer({
    host: "127.0.0.1",
    port: 0,
    prefix: "/api",
    allowedOrigins: [],
    drainTimeout: Duration.seconds(1),
    ...options
  }).pipe(Layer.provideMerge(drain), Layer.provideMerge(rooms), Layer.provideMerge(MemoryRoomStore.layer()))

const portOf = HttpServer.HttpServer.use(({ address }) =>
  Effect.sync(() => (address as { readonly port: number }).port)
)

export interface Answer {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly text: string
  // oxlint-disable-next-line typescript/no-explicit-any -- answers are looked into by the tests as they please
  readonly json: any
}

export interface Call {
  readonly headers?: Record<string, string>
  /** Sent as it is where it is text, as JSON otherwise. */
  readonly body?: unknown
}

/** Sends one request, and gives the whole answer. */
export const call = Effect.fn(function* (method: string, path: string, { headers = {}, body }: Call = {}) {
  const port = yield* portOf
  return yield* Effect.callback<Answer>((resume) => {
    const text = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body)
    const request = send({ port, method, path, agent: false }, (response) => {
      let text = ""
      response.setEncoding("utf8")
      response.on("data", (chunk: string) => (text += chunk))
      response.on("end", () =>
        resume(
          Effect.succeed({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            get json() {
              return JSON.parse(text)
            }
          })
        )
      )
    })
    request.on("error", (error) => resume(Effect.die(error)))
    if (text !== undefined && headers["content-type"] === undefined)
      request.setHeader("content-type", "application/json")
    // Node sets no length for a DELETE.
    if (text !== undefined) request.setHeader("content-length", Buffer.byteLength(text))
    for (const [name, value] of Object.entries(headers)) request.setHeader(name, value)
    request.end(text)
    return Effect.sync(() => request.destroy())
  })
})

/** Two people with ten minutes. */
export const pair = { driver: "lemon", navigator: "apple", timerDuration: 600_000 }

/** Creates a room, and gives its access code. */
export const open = Effect.fn(function* (room: object = {}) {
  const { json } = yield* call("POST", "/api/pair-room", { body: { ...pair, ...room } })
  return json.accessCode as string
})

export interface SseEvent {
  readonly event: string
  readonly data: string
  readonly id?: string
  readonly retry?: string
}

/** An event in short: `remaining-time 599000`, `room`, `timer start`. */
export const brief = ({ event, data }: SseEvent) => (/^(connect|room|close)$/.test(event) ? event : `${event} ${data}`)

/** A stream as its client has it: the answer's head, its events as they come, and how to go away. */
export const watch = Effect.fn(function* (path: string, headers: Record<string, string> = {}) {
  const port = yield* portOf
  const events = yield* Queue.unbounded<SseEvent>()
  let ended = false
  const response = yield* Effect.acquireRelease(
    Effect.callback<{ status: number; headers: Record<string, unknown>; leave: () => void }>((resume) => {
      const request = send({ port, path, headers, agent: false }, (response) => {
        let rest = ""
        response.setEncoding("utf8")
        response.on("data", (chunk: string) => {
          const blocks = (rest + chunk).split("\n\n")
          rest = blocks.pop() ?? ""
          for (const block of blocks) Queue.offerUnsafe(events, parse(block))
        })
        response.on("end", () => {
          ended = true
          Queue.offerUnsafe(events, { event: "END", data: "" })
        })
        response.on("error", () => {})
        resume(
          Effect.succeed({
            status: response.statusCode ?? 0,
            headers: response.headers,
            leave: () => request.destroy()
          })
        )
      })
      request.on("error", () => {})
      request.end()
    }),
    ({ leave }) => Effect.sync(leave)
  )
  const take = (count: number) => Queue.takeN(events, count)
  return {
    ...response,
    take,
    /** Waits for so many events, and gives them in short. */
    next: (count: number) => Effect.map(take(count), (taken) => taken.map(brief)),
    /** Waits for an event, and gives what has come up to it in short. */
    upTo: Effect.fnUntraced(function* (last: string) {
      const taken: Array<string> = []
      do taken.push(brief(yield* Queue.take(events)))
      while (taken.at(-1) !== last)
      return taken
    }),
    unread: Effect.map(Queue.clear(events), (taken) => taken.map(brief)),
    isOver: () => ended
  }
})

const parse = (block: string): SseEvent =>
  Object.fromEntries(
    block.split("\n").map((line) => [line.slice(0, line.indexOf(": ")), line.slice(line.indexOf(": ") + 2)])
  ) as unknown as SseEvent

interface Raw {
  /** Written after the first bytes of an answer. */
  readonly later?: string
  readonly encoding?: BufferEncoding
}

/** Writes bytes to a socket, and gives all that comes back until the server closes it. */
export const raw = Effect.fn(function* (text: string, { later, encoding = "utf8" }: Raw = {}) {
  const port = yield* portOf
  return yield* Effect.callback<string>((resume) => {
    let answer = ""
    const socket = connect(port, "127.0.0.1", () => socket.write(text))
    socket.setEncoding(encoding)
    socket.on("data", (chunk: string) => (answer += chunk))
    if (later !== undefined) socket.once("data", () => socket.write(later))
    socket.on("error", () => {})
    socket.on("close", () => resume(Effect.succeed(answer)))
    return Effect.sync(() => socket.destroy())
  })
})

/** A socket whose reader can stop and go on: the pieces that have come, and how it was closed. */
export const dial = Effect.fn(function* (text: string) {
  const port = yield* portOf
  const pieces = yield* Queue.unbounded<string>()
  const closed = yield* Deferred.make<string>()
  const socket = yield* Effect.acquireRelease(
    Effect.sync(() => {
      const socket = connect(port, "127.0.0.1", () => socket.write(text))
      let reason = "end"
      socket.setEncoding("utf8").on("data", (piece: string) => Queue.offerUnsafe(pieces, piece))
      socket.on("error", ({ code }: NodeJS.ErrnoException) => (reason = code ?? ""))
      socket.on("close", () => Deferred.doneUnsafe(closed, Effect.succeed(reason)))
      return socket
    }),
    (socket) => Effect.sync(() => socket.destroy())
  )
  return {
    /** Waits for a text, and gives all that has come since it was asked last. */
    upTo: Effect.fnUntraced(function* (last: string) {
      let seen = ""
      do seen += yield* Queue.take(pieces)
      while (!seen.includes(last))
      return seen
    }),
    pieces,
    write: (text: string) => Effect.sync(() => void socket.write(text)),
    stopReading: Effect.sync(() => void socket.pause()),
    readAgain: Effect.sync(() => void socket.resume()),
    /** How it was closed: `end`, or the code of its error. */
    closed: Deferred.await(closed)
  }
})
