import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { RETURN_GRACE } from "../../src/rooms/Outlets.ts"
import { call, open, serve, watch } from "./harness.ts"

const connections = (event: { readonly data: string } | undefined) => JSON.parse(event?.data ?? "").connections

/** Asks until the server has seen who came and who left. */
const untilConnected = Effect.fn(function* (code: string, connections: number) {
  while ((yield* call("GET", `/api/pair-room/${code}`)).json.connections !== connections);
})

describe("EventStream", () => {
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
      assert.deepStrictEqual(yield* first.unread, [])
      yield* TestClock.adjust("1 second")
      assert.strictEqual(connections((yield* first.take(1))[0]), 3)
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual([yield* first.unread, yield* third.unread], [[], []])
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

  it.effect("says so together with a tick while the timer runs, never later than after 15 s", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const stream = yield* watch(`/api/${code}/connect`)
      yield* TestClock.adjust("300 millis")
      yield* call("PATCH", `/api/${code}/timer/start`)
      yield* TestClock.adjust("45 seconds")
      yield* call("PATCH", `/api/${code}/timer/stop`)
      yield* TestClock.adjust("15 seconds")
      const beats = (yield* stream.unread).filter((event) => event.startsWith("heartbeat"))
      assert.deepStrictEqual(beats, ["heartbeat 14300", "heartbeat 29300", "heartbeat 44300", "heartbeat 59300"])
    }).pipe(Effect.provide(serve()))
  )

  it.effect("ends after its life time, and nobody else notices when its client comes back", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const changes = Effect.map(
        Effect.suspend(() => other.unread),
        (events) => events.filter((event) => !event.startsWith("heartbeat"))
      )
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
      assert.deepStrictEqual(yield* changes, [])
      again.leave()
      yield* untilConnected(code, 1)
      assert.deepStrictEqual(yield* other.next(1), ["room"])
    }).pipe(Effect.provide(serve()))
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
})
