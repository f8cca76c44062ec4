import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Queue, Ref, Stream } from "effect"
import { HttpClient, HttpClientError, type HttpClientRequest, HttpClientResponse } from "effect/http"
import { TestClock } from "effect/testing"
import type { RoomEvent } from "../../src/domain/RoomEvent.ts"
import type { AccessCode } from "../../src/domain/RoomState.ts"
import * as RemoteRooms from "../../src/remote/RemoteRooms.ts"
import { Rooms } from "../../src/rooms/Rooms.ts"
import * as Local from "../rooms/harness.ts"
import { viewed } from "../rooms/view.ts"

const encoder = new TextEncoder()

/** A connection that the test writes to, and ends. */
interface Connection {
  /** What the client asked for. */
  readonly request: HttpClientRequest.HttpClientRequest
  readonly write: (text: string) => void
  readonly end: () => void
}

type Answer = "stream" | "refuse" | "silence" | number

/** A network with a script: each request gets the next answer. `connections` gives those that are streams. */
const network = Effect.fnUntraced(function* (answers: ReadonlyArray<Answer>) {
  const connections = yield* Queue.unbounded<Connection>()
  const left = yield* Ref.make(answers)
  const client = HttpClient.make((request) =>
    Effect.gen(function* () {
      const answer = yield* Ref.modify(left, ([next = "refuse", ...rest]) => [next, rest] as const)
      if (answer === "refuse") {
        return yield* new HttpClientError.HttpClientError({
          reason: new HttpClientError.TransportError({ request, description: "no route" })
        })
      }
      if (answer === "silence") return yield* Effect.never
      if (typeof answer === "number") return HttpClientResponse.fromWeb(request, new Response(null, { status: answer }))
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>(undefined, undefined, {
        highWaterMark: 100
      })
      const writer = writable.getWriter()
      yield* Queue.offer(connections, {
        request,
        write: (text) => void writer.write(encoder.encode(text)).catch(() => {}),
        end: () => void writer.close().catch(() => {})
      })
      return HttpClientResponse.fromWeb(
        request,
        new Response(readable, { headers: { "content-type": "text/event-stream" } })
      )
    })
  )
  const layer = Layer.provide(
    RemoteRooms.layerNoDeps({ url: "http://pair.example/" }),
    Layer.succeed(HttpClient.HttpClient, client)
  )
  return { connections, layer }
})

const code = "2WQYYFY8H7RFD" as AccessCode

/** Lets the end of a web stream reach its reader, which takes promises and no time. */
const noticed = Effect.repeat(
  Effect.promise(() => new Promise((resolve) => setImmediate(resolve))),
  { times: 5 }
)

/** A room as a service tells of it. */
const ROOM = JSON.stringify(viewed())

const event = (name: string, data: string, id?: string) =>
  `event: ${name}\ndata: ${data}\n${id === undefined ? "" : `id: ${id}\n`}\n`

const snapshot = (id: string) =>
  `retry: 2000\n${event("connect", "OK")}${event("room", ROOM)}${event("remaining-time", "60000", id)}`

/** Follows a room, and reads so many events. */
const follow = (ticks = true) =>
  Effect.gen(function* () {
    const rooms = yield* Rooms
    const seen = yield* Stream.toQueue(rooms.events(code, { ticks }), { capacity: "unbounded" })
    return {
      next: (count: number) =>
        Effect.map(Queue.takeN(seen, count), (events: ReadonlyArray<RoomEvent>) =>
          events.map((event) =>
            event.event === "room" && event.data.uncertain === true ? "room uncertain" : Local.brief(event)
          )
        ),
      end: Effect.map(Effect.flip(Queue.take(seen)), ({ _tag }) => _tag)
    }
  })

/** Follows a room, of which the first connection has told. */
const seen = Effect.fnUntraced(function* (connections: Queue.Dequeue<Connection>) {
  const room = yield* follow()
  const first = yield* Queue.take(connections)
  first.write(snapshot("a"))
  yield* room.next(3)
  return { first, room }
})

describe("Rooms.events over HTTP", () => {
  it.effect("goes on after the last change that was seen, and tells once that it is connected", () =>
    Effect.gen(function* () {
      const { connections, layer } = yield* network(["stream", "stream"])
      yield* Effect.gen(function* () {
        const room = yield* follow(false)
        const first = yield* Queue.take(connections)
        assert.strictEqual(first.request.url, `http://pair.example/api/${code}/connect`)
        assert.deepStrictEqual([...first.request.urlParams], [["ticks", "off"]])
        assert.isUndefined(first.request.headers["last-event-id"])
        first.write(snapshot("a"))
        assert.deepStrictEqual(yield* room.next(3), ["connect", "room", "remaining-time 60000"])
        first.end()
        yield* noticed
        yield* TestClock.adjust("500 millis")
        const second = yield* Queue.take(connections)
        assert.strictEqual(second.request.headers["last-event-id"], "a")
        second.write(snapshot("b"))
        assert.deepStrictEqual(yield* room.next(2), ["room", "remaining-time 60000"])
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("tells nothing of a frame that was cut off", () =>
    Effect.gen(function* () {
      const { connections, layer } = yield* network(["stream", "stream"])
      yield* Effect.gen(function* () {
        const { first, room } = yield* seen(connections)
        first.write(event("remaining-time", "0") + event("room", ROOM))
        first.end()
        yield* noticed
        yield* TestClock.adjust("500 millis")
        const second = yield* Queue.take(connections)
        assert.strictEqual(second.request.headers["last-event-id"], "a")
        second.write(event("remaining-time", "0") + event("room", ROOM) + event("timer", "stop", "b"))
        assert.deepStrictEqual(yield* room.next(3), ["remaining-time 0", "room", "timer stop"])
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("tells each tick at once, and leaves out heartbeats and events that it does not know", () =>
    Effect.gen(function* () {
      const { connections, layer } = yield* network(["stream"])
      yield* Effect.gen(function* () {
        const room = yield* follow()
        const { write } = yield* Queue.take(connections)
        write(snapshot("a") + event("heartbeat", "1") + event("remaining-time", "59000"))
        assert.deepStrictEqual(yield* room.next(4), ["connect", "room", "remaining-time 60000", "remaining-time 59000"])
        write(event("room", ROOM) + event("news", "of a newer service") + event("timer", "pause", "b"))
        assert.deepStrictEqual(yield* room.next(2), ["room", "timer pause"])
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("says once that the room is uncertain while the service is away, and comes back when it was asked to", () =>
    Effect.gen(function* () {
      const { connections, layer } = yield* network(["stream", "refuse", 502, "stream"])
      yield* Effect.gen(function* () {
        const room = yield* follow()
        const first = yield* Queue.take(connections)
        first.write(`${snapshot("a")}retry: 7000\n\n`)
        yield* room.next(3)
        first.end()
        yield* noticed
        yield* TestClock.adjust("6999 millis")
        assert.deepStrictEqual(yield* Queue.clear(connections), [])
        // One failure after 7 s, another 7 s later: no frame came meanwhile, so what the service asked for still holds.
        yield* TestClock.adjust("14001 millis")
        const second = yield* Queue.take(connections)
        second.write(snapshot("a"))
        assert.deepStrictEqual(yield* room.next(3), ["room uncertain", "room", "remaining-time 60000"])
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("says that the room is uncertain where no answer comes within 10 s, or a stream that tells nothing", () =>
    Effect.gen(function* () {
      for (const answer of ["silence", "stream"] as const) {
        const { connections, layer } = yield* network(["stream", answer, "stream"])
        yield* Effect.gen(function* () {
          const { first, room } = yield* seen(connections)
          first.end()
          yield* noticed
          yield* TestClock.adjust("500 millis")
          if (answer === "silence") yield* TestClock.adjust("10 seconds")
          else {
            const empty = yield* Queue.take(connections)
            empty.write("retry: 1000\n\n")
            empty.end()
            yield* noticed
          }
          assert.deepStrictEqual(yield* room.next(1), ["room uncertain"])
          yield* TestClock.adjust("1 second")
          const last = yield* Queue.take(connections)
          last.write(snapshot("a"))
          assert.deepStrictEqual(yield* room.next(2), ["room", "remaining-time 60000"])
        }).pipe(Effect.provide(layer))
      }
    })
  )

  it.effect("fails at first where no answer comes within 10 s", () =>
    Effect.gen(function* () {
      const { layer } = yield* network(["silence"])
      yield* Effect.gen(function* () {
        const rooms = yield* Rooms
        const failure = yield* Effect.forkChild(Effect.flip(Stream.runDrain(rooms.events(code))))
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(
          (yield* Fiber.join(failure)).message,
          "the service at http://pair.example cannot be used: no answer came in time"
        )
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("counts the room on that is uncertain, by the time since it was seen", () =>
    Effect.gen(function* () {
      const { connections, layer } = yield* network(["stream", "refuse"])
      yield* Effect.gen(function* () {
        const rooms = yield* Rooms
        const seen = yield* Stream.toQueue(rooms.events(code, { ticks: false }), { capacity: "unbounded" })
        const first = yield* Queue.take(connections)
        // The clock of the service is ahead of this machine's.
        const room = viewed({ running: true, endsAt: 1_060_000, serverTime: 1_000_000 })
        first.write(event("connect", "OK") + event("room", JSON.stringify(room), "a"))
        yield* Queue.takeN(seen, 2)
        yield* TestClock.adjust("20 seconds")
        first.end()
        yield* noticed
        yield* TestClock.adjust("500 millis")
        const told = yield* Queue.take(seen)
        const { remainingTime, serverTime, uncertain } = told.event === "room" ? told.data : viewed()
        assert.deepStrictEqual([remainingTime, serverTime, uncertain], [39_500, 1_020_500, true])
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("replaces a connection on which nothing comes for 45 s, and says so at once", () =>
    Effect.gen(function* () {
      const { connections, layer } = yield* network(["stream", "stream"])
      yield* Effect.gen(function* () {
        const { room } = yield* seen(connections)
        yield* TestClock.adjust("45 seconds")
        assert.deepStrictEqual(yield* room.next(1), ["room uncertain"])
        yield* TestClock.adjust("500 millis")
        const second = yield* Queue.take(connections)
        assert.strictEqual(second.request.headers["last-event-id"], "a")
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("ends when the streams of the room were ended, and where the room is over", () =>
    Effect.gen(function* () {
      const { connections, layer } = yield* network(["stream", 204])
      yield* Effect.gen(function* () {
        const room = yield* follow()
        const { write } = yield* Queue.take(connections)
        write(snapshot("a") + event("room", ROOM) + event("timer", "complete") + event("close", "OK", "b"))
        assert.deepStrictEqual((yield* room.next(6)).slice(3), ["room", "timer complete", "close"])
        assert.strictEqual(yield* room.end, "Done")
        assert.strictEqual(yield* (yield* follow()).end, "Done")
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("fails at first where there is no service, or no room", () =>
    Effect.gen(function* () {
      const { layer } = yield* network(["refuse", 502, 404])
      yield* Effect.gen(function* () {
        const rooms = yield* Rooms
        const failure = Effect.flip(Stream.runDrain(rooms.events(code)))
        const { message } = yield* failure
        assert.match(message, /^the service at http:\/\/pair\.example cannot be used: .*no route/)
        assert.strictEqual(
          (yield* failure).message,
          "the service at http://pair.example cannot be used: it has answered with 502"
        )
        assert.strictEqual((yield* failure)._tag, "RoomNotFound")
      }).pipe(Effect.provide(layer))
    })
  )
})
