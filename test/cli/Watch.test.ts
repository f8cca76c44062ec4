import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Queue, Stream, Terminal } from "effect"
import { TestClock, TestConsole } from "effect/testing"
import * as Watch from "../../src/cli/Watch.ts"
import type { RoomEvent } from "../../src/domain/RoomEvent.ts"
import { countedOn, type RoomView } from "../../src/domain/RoomView.ts"
import { Rooms } from "../../src/rooms/Rooms.ts"
import * as Local from "../rooms/harness.ts"
import { viewed } from "../rooms/view.ts"

/** A terminal of 60 columns, and what is written to it. */
const terminal = Effect.gen(function* () {
  const written = yield* Queue.unbounded<string>()
  const layer = Layer.succeed(
    Terminal.Terminal,
    Terminal.make({
      columns: Effect.succeed(60),
      rows: Effect.succeed(24),
      size: Effect.die("unused"),
      readInput: Effect.die("unused"),
      readLine: Effect.die("unused"),
      display: (text) => Effect.asVoid(Queue.offer(written, text))
    })
  )
  return { written, layer }
})

/** The second line of what was drawn: the time, and who drives. */
const line = (drawn: string) => drawn.split("\n")[1] ?? drawn

describe("watch", () => {
  it.effect("draws the room in place, each second anew, and rings when the time is up", () =>
    Effect.gen(function* () {
      const { layer, written } = yield* terminal
      const rooms = yield* Rooms
      const code = yield* Local.open(3_000)
      const watching = yield* Effect.forkChild(
        Effect.provide(Watch.drawn(rooms.events(code, { ticks: false }), true), layer)
      )
      const next = Queue.take(written)
      /** The bar moves more often than the time. */
      const nextLine = Effect.fnUntraced(function* (before: string) {
        let shown = before
        while (shown === before) shown = line(yield* next)
        return shown
      })
      assert.strictEqual(line(yield* next), "0:03, not started · lemon drives, apple next · turn 1")
      yield* rooms.start(code)
      const started = yield* next
      assert.isTrue(started.startsWith("\u001b[3F\u001b[J"), "it takes the place of the three lines before")
      assert.strictEqual(line(started), "0:03 left · lemon drives, apple next · turn 1")
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* nextLine(line(started)), "0:02 left · lemon drives, apple next · turn 1")
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(
        yield* nextLine("0:02 left · lemon drives, apple next · turn 1"),
        "0:01 left · lemon drives, apple next · turn 1"
      )
      const up = "time is up, overtime 0:00 · apple drives next · turn 2"
      assert.strictEqual(yield* nextLine("0:01 left · lemon drives, apple next · turn 1"), up)
      assert.strictEqual(yield* next, "\u0007")
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(yield* nextLine(up), "time is up, overtime 0:01 · apple drives next · turn 2")
      yield* rooms.complete(code)
      yield* Fiber.join(watching)
    }).pipe(Effect.provide(Local.layer))
  )

  it.effect("prints a line for each change where there is no terminal, and none for who comes and goes", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const code = yield* Local.open(60_000)
      const watching = yield* Effect.forkChild(Watch.lines(rooms.events(code, { ticks: false })))
      yield* Local.settled
      const another = yield* Effect.forkChild(Stream.runDrain(rooms.events(code)))
      yield* TestClock.adjust("2 seconds")
      yield* rooms.start(code)
      yield* TestClock.adjust("10 seconds")
      yield* rooms.complete(code)
      yield* Fiber.join(watching)
      yield* Fiber.join(another)
      assert.deepStrictEqual(yield* TestConsole.logLines, [
        "1970-01-01T00:00:00.000Z 1:00, not started · lemon drives, apple next · turn 1",
        "1970-01-01T00:00:02.000Z 1:00 left · lemon drives, apple next · turn 1",
        "1970-01-01T00:00:12.000Z completed · turn 1"
      ])
    }).pipe(Effect.provide(Local.layer))
  )

  it.effect("says that the connection is lost and back, and counts on meanwhile, with the clock of the service", () =>
    Effect.gen(function* () {
      const { layer, written } = yield* terminal
      const events = yield* Queue.unbounded<RoomEvent>()
      const tell = (room: Partial<RoomView>) => Queue.offer(events, { event: "room", data: viewed(room) })
      const running = { running: true, endsAt: 160_000, turn: 3 }
      yield* Effect.forkChild(Effect.provide(Watch.drawn(Stream.fromQueue(events), true), layer))
      /** Reads on until this is drawn: the time, and the last line. The bar moves more often than the time. */
      const shows = (time: string, last: string) =>
        Effect.repeat(
          Effect.map(Queue.take(written), (drawn) => [line(drawn).slice(0, 4), drawn.trimEnd().split("\n").at(-1)]),
          { until: (shown) => shown[0] === time && shown[1] === last }
        )
      const people = "▶ lemon  apple"
      const lost = "Connection lost. This is what was known last, counted on."
      yield* tell({ ...running, serverTime: 100_000 })
      yield* shows("1:00", people)
      yield* tell({ ...running, serverTime: 101_000, uncertain: true })
      yield* shows("0:59", lost)
      yield* TestClock.adjust("1 second")
      yield* shows("0:58", lost)
      yield* tell({ ...running, serverTime: 102_000 })
      yield* shows("0:58", "Connected again.")
      yield* TestClock.adjust("5 seconds")
      yield* shows("0:53", people)
    })
  )

  it.effect("prints a line when the connection is lost, and one when it is back", () =>
    Effect.gen(function* () {
      const room = { running: true, endsAt: 160_000 }
      const told: ReadonlyArray<Partial<RoomView>> = [
        { ...room, serverTime: 100_000 },
        { ...room, serverTime: 110_000, uncertain: true },
        { ...room, serverTime: 120_000, id: "b", endsAt: 125_000, uncertain: true },
        { ...room, serverTime: 130_000, id: "b", endsAt: 190_000 },
        { ...room, serverTime: 130_000, id: "b", endsAt: 190_000, here: ["apple"] }
      ]
      yield* Watch.lines(
        Stream.map(Stream.fromIterable(told), (room) => ({
          event: "room",
          data: countedOn(viewed(room), room.serverTime ?? 0)
        }))
      )
      assert.deepStrictEqual(yield* TestConsole.logLines, [
        "1970-01-01T00:01:40.000Z 1:00 left · lemon drives, apple next · turn 1",
        "1970-01-01T00:01:50.000Z connection lost, counted on: 0:50 left · lemon drives, apple next · turn 1",
        "1970-01-01T00:02:00.000Z not confirmed: 0:05 left · lemon drives, apple next · turn 1",
        "1970-01-01T00:02:10.000Z connected again: 1:00 left · lemon drives, apple next · turn 1"
      ])
    })
  )

  it.effect("says that it waits where nothing comes for 5 s at the beginning, and only then", () =>
    Effect.gen(function* () {
      const events = yield* Queue.unbounded<RoomEvent>()
      const tell = Queue.offer(events, { event: "room", data: viewed() })
      yield* Effect.forkChild(Watch.lines(Watch.patiently(Stream.fromQueue(events))))
      yield* TestClock.adjust("4999 millis")
      assert.deepStrictEqual(yield* TestConsole.errorLines, [])
      yield* TestClock.adjust("1 millis")
      assert.match(String((yield* TestConsole.errorLines)[0]), /^pairroom: waiting: the service is full/)
      const others = yield* Queue.unbounded<RoomEvent>()
      yield* Effect.forkChild(Watch.lines(Watch.patiently(Stream.fromQueue(others))))
      yield* Queue.offer(others, { event: "room", data: viewed() })
      yield* tell
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* TestConsole.errorLines).length, 1)
      assert.strictEqual((yield* TestConsole.logLines).length, 2)
    })
  )

  it.effect("prints each event as JSON for scripts", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const code = yield* Local.open(2_000)
      const watching = yield* Effect.forkChild(Watch.json(rooms.events(code)))
      yield* Local.settled
      yield* rooms.start(code)
      yield* TestClock.adjust("2 seconds")
      yield* rooms.complete(code)
      yield* Fiber.join(watching)
      const events = (yield* TestConsole.logLines).map((text) => JSON.parse(String(text)))
      assert.deepStrictEqual(
        events.map(({ data, event }) => (typeof data === "object" ? event : `${event} ${data}`)),
        [
          "connect OK",
          "room",
          "remaining-time 2000",
          "room",
          "timer start",
          "remaining-time 1000",
          "remaining-time 0",
          "room",
          "timer stop",
          "room",
          "timer complete",
          "close OK"
        ]
      )
    }).pipe(Effect.provide(Local.layer))
  )
})
