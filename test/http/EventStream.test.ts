import { assert, describe, it } from "@effect/vitest"
import { NodeHttpServer } from "@effect/platform-node"
import { Context, Duration, Effect, Fiber, Latch, Layer, Logger, Queue, Ref, Stream } from "effect"
import { HttpClient, HttpRouter } from "effect/http"
import { TestClock } from "effect/testing"
import { Drain } from "../../src/http/Drain.ts"
import * as Handlers from "../../src/http/Handlers.ts"
import { Limits } from "../../src/http/Limits.ts"
import { RETURN_GRACE } from "../../src/rooms/RoomPresence.ts"
import { RoomSettings } from "../../src/rooms/RoomSettings.ts"
import { Rooms } from "../../src/rooms/Rooms.ts"
import * as MemoryRoomStore from "../../src/store/MemoryRoomStore.ts"
import { RoomStore } from "../../src/store/RoomStore.ts"
import * as RoomsHarness from "../rooms/harness.ts"
import { brief, call, dial, open, serve, watch } from "./harness.ts"

const connections = (event: { readonly data: string } | undefined) => JSON.parse(event?.data ?? "").connections

const isNoHeartbeat = (event: string) => !event.startsWith("heartbeat")

/** Asks until the server has seen who came and who left. */
const untilConnected = Effect.fn(function* (code: string, connections: number) {
  while ((yield* call("GET", `/api/pair-room/${code}`)).json.connections !== connections);
})

/** What a test does to the clock of the store, and what was logged. */
class Failing extends Context.Service<
  Failing,
  { readonly fails: Ref.Ref<boolean>; readonly logged: Ref.Ref<ReadonlyArray<unknown>> }
>()("test/Failing") {
  static readonly layer = Layer.effect(
    this,
    Effect.all({ fails: Ref.make(false), logged: Ref.make<ReadonlyArray<unknown>>([]) })
  )
}

/** The service on a store whose clock fails once when a test says so. */
const serveFailing = Effect.gen(function* () {
  const { fails, logged } = yield* Failing
  const store = Layer.effect(
    RoomStore,
    Effect.map(RoomStore, (store) => ({
      ...store,
      now: Effect.flatMap(Ref.getAndSet(fails, false), (failed) => (failed ? Effect.die("a defect") : store.now))
    }))
  ).pipe(Layer.provide(MemoryRoomStore.layer()))
  const logger = Logger.make(({ message }) => Effect.runSync(Ref.update(logged, (all) => [...all, message])))
  return serve({}, Rooms.layer.pipe(Layer.provide(store))).pipe(Layer.provideMerge(Logger.layer([logger])))
}).pipe(Layer.unwrap, Layer.provideMerge(Failing.layer))

/** Routes of a program whose limits wait for a test before they admit a stream. */
const waiting = Effect.gen(function* () {
  const [asked, admits] = [yield* Latch.make(), yield* Latch.make()]
  const admit = () => Effect.as(Effect.andThen(asked.open, admits.await), Effect.void)
  const layer = HttpRouter.serve(Handlers.layer({ prefix: "/" }), { disableLogger: true, disableListenLog: true }).pipe(
    Layer.provide(Layer.succeed(Limits, { admit, count: () => Effect.void })),
    Layer.provideMerge([Drain.layer, RoomsHarness.layer]),
    Layer.provideMerge(NodeHttpServer.layerTest)
  )
  return { asked, admits, layer }
})

describe("EventStream", () => {
  it.effect("ends a stream that subscribes while the drain begins, and says when to come back", () =>
    Effect.gen(function* () {
      const { admits, asked, layer } = yield* waiting
      yield* Effect.gen(function* () {
        const code = yield* RoomsHarness.open()
        const answer = yield* Effect.forkChild(HttpClient.get(`/${code}/connect`))
        yield* asked.await
        yield* Drain.begin
        yield* admits.open
        const { stream } = yield* Fiber.join(answer)
        const seen = yield* Stream.toQueue(Stream.decodeText(stream), { capacity: "unbounded" })
        const first = yield* Queue.take(seen)
        // The whole life time of a stream that does not end: it would have heartbeats.
        yield* TestClock.adjust("20 minutes")
        const rest = yield* Stream.runCollect(Stream.fromQueue(seen))
        assert.match([first, ...rest].join(""), /^retry: \d+\nevent: connect\n[^]*\nretry: \d+\n\n$/)
        assert.notInclude(rest.join(""), "heartbeat")
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("sends the snapshot first, then each change and each second", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const stream = yield* watch(`/api/${code}/connect`)
      assert.strictEqual(stream.status, 200)
      assert.strictEqual(stream.headers["content-type"], "text/event-stream")
      assert.strictEqual(stream.headers["cache-control"], "no-cache, no-transform")
      assert.strictEqual(stream.headers["x-accel-buffering"], "no")
      const [connect, room, time] = yield* stream.take(3)
      assert.match(connect?.retry ?? "", /^\d+$/)
      assert.deepStrictEqual([connect?.event, connect?.data, connect?.id], ["connect", "OK", undefined])
      const view = JSON.parse(room?.data ?? "")
      assert.strictEqual(view.connections, 1)
      assert.strictEqual(room?.id, undefined)
      assert.deepStrictEqual(time, { event: "remaining-time", data: "600000", id: view.id })

      yield* call("PATCH", `/api/${code}/timer/start`)
      assert.deepStrictEqual(yield* stream.next(2), ["room", "timer start"])
      yield* TestClock.adjust("3 seconds")
      assert.deepStrictEqual(yield* stream.next(3), [
        "remaining-time 599000",
        "remaining-time 598000",
        "remaining-time 597000"
      ])
      yield* call("PATCH", `/api/${code}/timer/stop`)
      assert.deepStrictEqual(yield* stream.next(2), ["room", "timer pause"])
    }).pipe(Effect.provide(serve()))
  )

  it.effect("gives a client that comes back the timer event that it may have missed", () =>
    Effect.gen(function* () {
      const code = yield* open()
      yield* call("PATCH", `/api/${code}/timer/start`)
      const { id } = (yield* call("GET", `/api/pair-room/${code}`)).json
      const connect = `/api/${code}/connect`
      const first = yield* watch(connect)
      assert.deepStrictEqual(yield* first.next(4), ["connect", "room", "remaining-time 600000", "timer running"])
      const current = yield* watch(connect, { "last-event-id": id })
      assert.deepStrictEqual(yield* current.next(4), ["connect", "room", "remaining-time 600000", "timer running"])
      const stale = yield* watch(connect, { "last-event-id": "garbage" })
      assert.deepStrictEqual(yield* stale.next(5), [
        "connect",
        "room",
        "remaining-time 600000",
        "timer running",
        "timer start"
      ])
      yield* TestClock.adjust("10 minutes")
      const late = yield* watch(connect, { "last-event-id": id })
      assert.deepStrictEqual(yield* late.next(5), [
        "connect",
        "room",
        "remaining-time 600000",
        "timer stop",
        "timer pause"
      ])
    }).pipe(Effect.provide(serve()))
  )

  it.effect("leaves out the second by second with ticks=off, and nothing else", () =>
    Effect.gen(function* () {
      const code = yield* open({ timerDuration: 3_000 })
      const stream = yield* watch(`/api/${code}/connect?ticks=off`)
      const loud = yield* watch(`/api/${code}/connect?ticks=yes&ticks=off`)
      yield* stream.next(4)
      yield* loud.next(3)
      yield* call("PATCH", `/api/${code}/timer/start`)
      assert.deepStrictEqual(yield* stream.next(2), ["room", "timer start"])
      yield* loud.next(2)
      yield* TestClock.adjust("3 seconds")
      assert.deepStrictEqual(yield* stream.next(3), ["remaining-time 0", "room", "timer stop"])
      assert.deepStrictEqual(yield* loud.next(5), [
        "remaining-time 2000",
        "remaining-time 1000",
        "remaining-time 0",
        "room",
        "timer stop"
      ])
    }).pipe(Effect.provide(serve()))
  )

  it.effect("tells presence at once, then at most once a second, and never to the one who comes", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const first = yield* watch(`/api/${code}/connect`)
      yield* first.take(3)
      const second = yield* watch(`/api/${code}/connect`)
      const [, room] = yield* second.take(3)
      assert.strictEqual(connections(room), 2)
      const [told] = yield* first.take(1)
      assert.strictEqual(connections(told), 2)
      const third = yield* watch(`/api/${code}/connect`)
      yield* third.take(3)
      const fourth = yield* watch(`/api/${code}/connect`)
      yield* fourth.take(3)
      fourth.leave()
      yield* untilConnected(code, 3)
      yield* TestClock.adjust("1 second")
      // The next event of all: between the second one and this one nothing was told.
      assert.strictEqual(connections((yield* first.take(1))[0]), 3)
      yield* TestClock.adjust("10 seconds")
      yield* call("PATCH", `/api/${code}/timer/start`)
      assert.deepStrictEqual(yield* first.next(2), ["room", "timer start"])
      assert.deepStrictEqual(yield* third.next(2), ["room", "timer start"])
    }).pipe(Effect.provide(serve()))
  )

  it.effect("ends every stream after close when they are ended on purpose", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const stream = yield* watch(`/api/${code}/connect`)
      yield* stream.next(3)
      const before = (yield* call("GET", `/api/pair-room/${code}`)).json
      assert.strictEqual((yield* call("DELETE", `/api/${code}/connect`)).status, 204)
      assert.deepStrictEqual(yield* stream.next(2), ["close", "END "])
      const after = (yield* call("GET", `/api/pair-room/${code}`)).json
      assert.strictEqual(after.id, before.id)
      assert.strictEqual(after.connections, 1)
      yield* TestClock.adjust(RETURN_GRACE)
      assert.strictEqual((yield* call("GET", `/api/pair-room/${code}`)).json.connections, 0)
    }).pipe(Effect.provide(serve()))
  )

  it.effect("says every 15 s that it lives, and what time it is", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const stream = yield* watch(`/api/${code}/connect`)
      yield* stream.next(3)
      yield* TestClock.adjust("45 seconds")
      const beats = yield* stream.take(3)
      assert.deepStrictEqual(beats, [
        { event: "heartbeat", data: "15000" },
        { event: "heartbeat", data: "30000" },
        { event: "heartbeat", data: "45000" }
      ])
    }).pipe(Effect.provide(serve()))
  )

  it.effect("says so while the timer runs too, and to those who want no ticks", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const [loud, silent] = [yield* watch(`/api/${code}/connect`), yield* watch(`/api/${code}/connect?ticks=off`)]
      yield* call("PATCH", `/api/${code}/timer/start`)
      yield* TestClock.adjust("30 seconds")
      yield* call("PATCH", `/api/${code}/timer/stop`)
      for (const stream of [loud, silent]) {
        const events = yield* stream.upTo("timer pause")
        const beats = events.filter((event) => event.startsWith("heartbeat"))
        assert.deepStrictEqual(beats, ["heartbeat 15000", "heartbeat 30000"])
      }
    }).pipe(Effect.provide(serve()))
  )

  it.effect("ends after its life time, and nobody else notices when its client comes back", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const stream = yield* watch(`/api/${code}/connect`)
      const [, , { id = "" } = {}] = yield* stream.take(3)
      yield* TestClock.adjust("19 minutes")
      const other = yield* watch(`/api/${code}/connect`)
      yield* other.next(3)
      yield* stream.unread
      yield* TestClock.adjust("1 minute")
      while (!stream.isOver()) yield* stream.take(1)
      const again = yield* watch(`/api/${code}/connect`, { "last-event-id": id })
      const [, room] = yield* again.take(3)
      assert.strictEqual(connections(room), 2)
      yield* TestClock.adjust("15 seconds")
      again.leave()
      yield* untilConnected(code, 1)
      // The first that the other one hears of it all: that somebody has gone.
      assert.deepStrictEqual((yield* other.upTo("room")).filter(isNoHeartbeat), ["room"])
    }).pipe(Effect.provide(serve()))
  )

  it.effect("lives as long as the settings of the rooms say, with their heartbeats", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const stream = yield* watch(`/api/${code}/connect`)
      yield* stream.next(3)
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(
        yield* stream.next(5),
        [2, 4, 6, 8, 10].map((at) => `heartbeat ${at}000`)
      )
      yield* TestClock.adjust("2 seconds")
      assert.include(yield* stream.upTo("END "), "END ")
    }).pipe(
      Effect.provide(
        // Only the rooms have the settings, as in the process and in a program that embeds rooms.
        serve(
          {},
          Rooms.layer.pipe(
            Layer.provide(
              Layer.effect(
                RoomSettings,
                Effect.map(RoomSettings, (defaults) => ({
                  ...defaults,
                  heartbeatInterval: Duration.seconds(2),
                  streamLifetime: Duration.seconds(11)
                }))
              )
            )
          )
        )
      )
    )
  )

  it.effect("who does not come back in time is no longer counted", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const stream = yield* watch(`/api/${code}/connect`)
      yield* TestClock.adjust("20 minutes")
      while (!stream.isOver()) yield* stream.take(1)
      yield* untilConnected(code, 1)
      yield* TestClock.adjust(RETURN_GRACE)
      yield* untilConnected(code, 0)
    }).pipe(Effect.provide(serve()))
  )

  it.effect("sends the time to come back and the snapshot as one write, which begins the answer's body", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const client = yield* dial(`GET /api/${code}/connect HTTP/1.1\r\nhost: x\r\n\r\n`)
      const [head, body] = (yield* Queue.take(client.pieces)).split("\r\n\r\n")
      assert.notInclude(head!.toLowerCase(), "transfer-encoding")
      assert.match(body!, /^retry: \d+\nevent: connect\n[^]*event: remaining-time\n[^]*\n\n$/)
    }).pipe(Effect.provide(serve()))
  )

  it.effect("answers HEAD with the same headers, and opens nothing", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const head = yield* call("HEAD", `/api/${code}/connect`)
      assert.deepStrictEqual([head.status, head.headers["content-type"], head.text], [200, "text/event-stream", ""])
      assert.strictEqual((yield* call("GET", `/api/pair-room/${code}`)).json.connections, 0)
      assert.strictEqual((yield* call("HEAD", "/api/AAAAAAAAAAAAA/connect")).status, 404)
    }).pipe(Effect.provide(serve()))
  )

  it.effect("shows who connects to a completed room its end, and answers 204 to who has seen it", () =>
    Effect.gen(function* () {
      const code = yield* open()
      yield* call("PATCH", `/api/pair-room/${code}/status`, { body: { status: "COMPLETED" } })
      const stream = yield* watch(`/api/${code}/connect`)
      const events = yield* stream.take(6)
      assert.deepStrictEqual(events.map(brief), [
        "connect",
        "room",
        "remaining-time 600000",
        "timer complete",
        "close",
        "END "
      ])
      const again = yield* call("GET", `/api/${code}/connect`, { headers: { "last-event-id": events[4]!.id! } })
      assert.strictEqual(again.status, 204)
    }).pipe(Effect.provide(serve()))
  )

  it.effect("ends every stream of a room that fails, says so once, and whoever comes back is served", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const streams = [yield* watch(`/api/${code}/connect`), yield* watch(`/api/${code}/connect`)]
      yield* call("PATCH", `/api/${code}/timer/start`)
      yield* Effect.forEach(streams, (stream) => stream.upTo("timer start"))
      const failing = yield* Failing
      yield* Ref.set(failing.fails, true)
      yield* TestClock.adjust("1 second")
      for (const stream of streams) assert.strictEqual((yield* stream.upTo("END ")).at(-1), "END ")
      const again = yield* watch(`/api/${code}/connect`)
      yield* again.upTo("timer running")
      yield* TestClock.adjust("1 second")
      yield* again.upTo("remaining-time 598000")
      assert.strictEqual((yield* Ref.get(failing.logged)).length, 1)
      const { text } = yield* call("GET", "/metrics")
      assert.match(text, /^pairroom_streams_ended_total{cause="failed"} 2$/m)
    }).pipe(Effect.provide(serveFailing))
  )
})
