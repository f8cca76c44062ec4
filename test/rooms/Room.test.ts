import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Exit, Latch, Queue, Scope, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { RoomEvent } from "../../src/domain/RoomEvent.ts"
import { Rooms } from "../../src/rooms/Rooms.ts"
import { WatchedRooms } from "../../src/rooms/WatchedRooms.ts"
import { brief, jumpingClock, layer, open, seconds, settled, watch } from "./harness.ts"

describe("Room", () => {
  it.effect("sixty seconds give exactly sixty ticks with the right values", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const code = yield* open()
      const room = yield* watch(code)
      assert.deepStrictEqual(room.snapshot, ["connect", "room", "remaining-time 600000"])
      yield* rooms.start(code)
      assert.deepStrictEqual(yield* room.next(2), ["room", "timer start"])
      yield* TestClock.adjust(seconds(60))
      assert.deepStrictEqual(
        yield* room.unread,
        Array.from({ length: 60 }, (_, second) => `remaining-time ${599_000 - second * 1_000}`)
      )
    }).pipe(Effect.provide(layer))
  )

  it.effect("a pause at 2.4 s and a start again give the next tick after 600 ms", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const code = yield* open()
      const room = yield* watch(code)
      yield* rooms.start(code)
      yield* settled
      yield* TestClock.adjust("2400 millis")
      yield* rooms.pause(code)
      assert.deepStrictEqual(yield* room.unread, [
        "room",
        "timer start",
        "remaining-time 599000",
        "remaining-time 598000",
        "room",
        "timer pause"
      ])
      assert.strictEqual((yield* rooms.get(code)).remainingTime, 597_600)
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(yield* room.unread, [])
      yield* rooms.start(code)
      assert.deepStrictEqual(yield* room.unread, ["room", "timer start"])
      yield* TestClock.adjust("599 millis")
      assert.deepStrictEqual(yield* room.unread, [])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(yield* room.unread, ["remaining-time 597000"])
    }).pipe(Effect.provide(layer))
  )

  it.effect("a stream that begins in a running room ticks at once", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const code = yield* open()
      yield* rooms.start(code)
      yield* TestClock.adjust("1500 millis")
      const room = yield* watch(code)
      assert.deepStrictEqual(room.snapshot, ["connect", "room", "remaining-time 598500", "timer running"])
      yield* TestClock.adjust("500 millis")
      assert.deepStrictEqual(yield* room.next(1), ["remaining-time 598000"])
    }).pipe(Effect.provide(layer))
  )

  it.effect("a finish comes once, at its time, and swaps the roles", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const code = yield* open(3_000)
      const room = yield* watch(code)
      yield* rooms.start(code)
      yield* settled
      yield* TestClock.adjust(seconds(10))
      assert.deepStrictEqual(yield* room.unread, [
        "room",
        "timer start",
        "remaining-time 2000",
        "remaining-time 1000",
        "remaining-time 0",
        "room",
        "timer stop"
      ])
      const view = yield* rooms.get(code)
      assert.strictEqual(view.driver, "apple")
      assert.strictEqual(view.turn, 2)
      assert.strictEqual(view.finishedAt, 3_000)
      assert.strictEqual(view.remainingTime, 3_000)
    }).pipe(Effect.provide(layer))
  )

  it.effect.each([0, 1, 100])("a finish comes once with %i subscribers, to each of them", (count) =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const code = yield* open(2_500)
      const watching = yield* Effect.forEach(Array.from({ length: count }), () => watch(code))
      yield* rooms.start(code)
      yield* settled
      yield* TestClock.adjust("1 minute")
      for (const room of watching) {
        assert.deepStrictEqual((yield* room.unread).filter(isNoPresence), [
          "room",
          "timer start",
          "remaining-time 2000",
          "remaining-time 1000",
          "remaining-time 0",
          "room",
          "timer stop"
        ])
      }
      const late = yield* watch(code)
      assert.deepStrictEqual(late.snapshot, ["connect", "room", "remaining-time 2500"])
      const { turn, driver, finishedAt } = yield* rooms.get(code)
      assert.deepStrictEqual([turn, driver, finishedAt], [2, "apple", 2_500])
    }).pipe(Effect.provide(layer))
  )

  it.effect("a subscriber that comes between two events misses none and sees none twice", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const code = yield* open(10_000)
      yield* rooms.start(code)
      const seen: Array<ReadonlyArray<string>> = []
      for (let step = 0; step < 20; step++) {
        const room = yield* watch(code)
        yield* TestClock.adjust("250 millis")
        seen.push([...room.snapshot, ...(yield* room.unread)].filter((event) => event.startsWith("remaining-time")))
      }
      assert.deepStrictEqual(
        seen.map((times) => times.map((time) => Number(time.split(" ")[1]))),
        Array.from({ length: 20 }, (_, step) => {
          const left = 10_000 - step * 250
          const crossed = Math.ceil(left / 1_000) * 1_000 - 1_000
          return left - 250 <= crossed ? [left, crossed] : [left]
        })
      )
    }).pipe(Effect.provide(layer))
  )

  it.effect("a clock that jumps gives no burst of late ticks and no drift", () =>
    Effect.gen(function* () {
      const clock = yield* jumpingClock
      yield* Effect.gen(function* () {
        const rooms = yield* Rooms
        const code = yield* open()
        const room = yield* watch(code)
        yield* rooms.start(code)
        yield* settled
        yield* clock.pass(1_000)
        yield* clock.jump(10_300)
        yield* clock.pass(1_000)
        yield* clock.pass(1_000)
        assert.deepStrictEqual((yield* room.unread).slice(2), [
          "remaining-time 599000",
          "remaining-time 588000",
          "remaining-time 587000"
        ])
        assert.strictEqual((yield* rooms.get(code)).remainingTime, 600_000 - 13_300)
        yield* clock.jump(-5_000)
        yield* clock.pass(5_300)
        yield* clock.pass(700)
        assert.deepStrictEqual(yield* room.unread, ["remaining-time 586000"])
      }).pipe(Effect.provide(layer), Effect.provideService(Clock.Clock, clock.clock))
    })
  )

  it.effect("a pause in the last millisecond leaves no finish, however much time goes by", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const code = yield* open(1_000)
      const room = yield* watch(code)
      yield* rooms.start(code)
      yield* settled
      yield* TestClock.adjust("999 millis")
      yield* rooms.pause(code)
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(yield* room.unread, ["room", "timer start", "room", "timer pause"])
      assert.strictEqual((yield* rooms.get(code)).remainingTime, 1)
    }).pipe(Effect.provide(layer))
  )

  it.effect("two changes in the last moment come one by one, however late the room wakes up", () =>
    Effect.gen(function* () {
      const clock = yield* jumpingClock
      yield* Effect.gen(function* () {
        const rooms = yield* Rooms
        const code = yield* open(1_000)
        const room = yield* watch(code)
        yield* rooms.start(code)
        yield* settled
        yield* clock.jump(999)
        yield* rooms.pause(code)
        yield* rooms.swap(code)
        yield* clock.pass(1)
        assert.deepStrictEqual(yield* room.unread, ["room", "timer start", "room", "timer pause", "room"])
      }).pipe(Effect.provide(layer), Effect.provideService(Clock.Clock, clock.clock))
    })
  )

  it.effect("the time that a tick takes delays no later tick", () =>
    Effect.gen(function* () {
      const clock = yield* jumpingClock
      yield* Effect.gen(function* () {
        const rooms = yield* Rooms
        const code = yield* open()
        const next = yield* (yield* (yield* WatchedRooms).watch(code)).subscribe({})
        const ticks: Array<number> = []
        const read = Effect.flatMap(Effect.zip(next, Clock.currentTimeMillis), ([[{ kind }], now]) => {
          if (kind !== "tick") return Effect.void
          ticks.push(now)
          return clock.jump(75)
        })
        yield* Effect.forkChild(Effect.forever(read))
        yield* rooms.start(code)
        yield* settled
        yield* clock.pass(1_000)
        yield* clock.pass(925)
        yield* clock.pass(925)
        assert.deepStrictEqual(ticks, [1_000, 2_000, 3_000])
      }).pipe(Effect.provide(layer), Effect.provideService(Clock.Clock, clock.clock))
    })
  )

  it.effect("a timer that fires a millisecond early is on time, and gives each second once", () =>
    Effect.gen(function* () {
      const clock = yield* jumpingClock
      yield* Effect.gen(function* () {
        const rooms = yield* Rooms
        const code = yield* open(3_000)
        const room = yield* watch(code)
        yield* rooms.start(code)
        yield* settled
        yield* clock.passEarly(1_000)
        yield* clock.pass(1)
        yield* clock.passEarly(1_000)
        yield* clock.pass(1)
        assert.deepStrictEqual((yield* room.unread).slice(2), ["remaining-time 2000", "remaining-time 1000"])
        yield* clock.passEarly(1_000)
        assert.deepStrictEqual(yield* room.unread, [])
        yield* clock.pass(1)
        assert.deepStrictEqual(yield* room.unread, ["remaining-time 0", "room", "timer stop"])
      }).pipe(Effect.provide(layer), Effect.provideService(Clock.Clock, clock.clock))
    })
  )

  it.effect.each([0, 1, 2, 3, 4, 5, 6, 7])(
    "a finish is made though its timer fires early and the deadline passes %i readings of the clock later",
    (reads) =>
      Effect.gen(function* () {
        const clock = yield* jumpingClock
        yield* Effect.gen(function* () {
          const rooms = yield* Rooms
          const code = yield* open(1_000)
          const room = yield* watch(code)
          yield* rooms.start(code)
          yield* settled
          yield* clock.slipAfter(reads)
          yield* clock.passEarly(1_000)
          yield* clock.pass(1)
          const finish = ["room", "timer start", "remaining-time 0", "room", "timer stop"]
          assert.deepStrictEqual(yield* room.unread, finish)
        }).pipe(Effect.provide(layer), Effect.provideService(Clock.Clock, clock.clock))
      })
  )

  it.effect("a change that leaves the deadline alone leaves the ticks alone", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const code = yield* open(10_000)
      const room = yield* watch(code)
      yield* rooms.start(code)
      yield* settled
      for (let step = 0; step < 4; step++) {
        yield* TestClock.adjust("250 millis")
        yield* rooms.swap(code)
      }
      const ticks = (yield* room.unread).filter((event) => event.startsWith("remaining-time"))
      assert.deepStrictEqual(ticks, ["remaining-time 9000"])
    }).pipe(Effect.provide(layer))
  )

  it.effect("a change that leaves the deadline alone does not wake the tick fiber", () =>
    Effect.gen(function* () {
      const clock = yield* jumpingClock
      yield* Effect.gen(function* () {
        const rooms = yield* Rooms
        const code = yield* open(10_000)
        yield* watch(code)
        yield* rooms.start(code)
        yield* settled
        // Goes to sleep behind the tick fiber. A tick fiber that is run anew would be the last one.
        yield* Effect.forkChild(Effect.sleep("1 hour"))
        yield* settled
        const sleeping = clock.sleeping()
        assert.include(sleeping.slice(0, -1), 1_000)
        yield* rooms.swap(code)
        yield* settled
        assert.deepStrictEqual(clock.sleeping(), sleeping)
      }).pipe(Effect.provide(layer), Effect.provideService(Clock.Clock, clock.clock))
    })
  )

  it.effect("who comes after a finish that nobody watched is shown the room after it, and does not see it live", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const code = yield* open(2_000)
      yield* Effect.scoped(watch(code))
      yield* rooms.start(code)
      yield* TestClock.adjust("5 seconds")
      const room = yield* (yield* WatchedRooms).watch(code)
      const next = yield* room.subscribe({})
      const [{ events }] = yield* next
      assert.deepStrictEqual(events.map(brief), ["connect", "room", "remaining-time 2000"])
      assert.deepStrictEqual(
        events.flatMap((event) => (event.event === "room" ? [event.data.turn] : [])),
        [2]
      )
      yield* rooms.start(code)
      assert.deepStrictEqual((yield* next)[0].events.map(brief), ["room", "timer start"])
    }).pipe(Effect.provide(layer))
  )

  it.effect("gives the state after a finish, though nobody watched that", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const code = yield* open(2_000)
      const room = yield* (yield* WatchedRooms).watch(code)
      yield* rooms.start(code)
      yield* TestClock.adjust("5 seconds")
      const { finishedAt, turn } = yield* room.state
      assert.deepStrictEqual([turn, finishedAt], [2, 2_000])
    }).pipe(Effect.provide(layer))
  )

  it.effect("while nobody wants ticks, the room sleeps to the end of the turn", () =>
    Effect.gen(function* () {
      const clock = yield* jumpingClock
      yield* Effect.gen(function* () {
        const rooms = yield* Rooms
        const code = yield* open(60_000)
        const silent = yield* watch(code, { ticks: false })
        yield* rooms.start(code)
        yield* settled
        assert.include(clock.sleeping(), 60_000)
        assert.notInclude(clock.sleeping(), 1_000)
        const leave = yield* Scope.make()
        const loud = yield* Scope.provide(watch(code), leave)
        yield* clock.pass(1_000)
        assert.deepStrictEqual(yield* loud.unread, ["remaining-time 59000"])
        yield* Scope.close(leave, Exit.void)
        yield* clock.pass(1_000)
        assert.include(clock.sleeping(), 60_000)
        assert.notInclude(clock.sleeping(), 3_000)
        yield* clock.pass(58_000)
        const told = (yield* silent.unread).filter((event) => event !== "room")
        assert.deepStrictEqual(told, ["timer start", "remaining-time 0", "timer stop"])
      }).pipe(Effect.provide(layer), Effect.provideService(Clock.Clock, clock.clock))
    })
  )

  it.effect("a room that nobody watches runs no fiber, and still finishes", () =>
    Effect.gen(function* () {
      const clock = yield* jumpingClock
      yield* Effect.gen(function* () {
        const rooms = yield* Rooms
        const code = yield* open(60_000)
        yield* settled
        const before = clock.sleepers()
        const leave = yield* Scope.make()
        yield* Scope.provide(watch(code), leave)
        yield* rooms.start(code)
        yield* settled
        assert.isAbove(clock.sleepers(), before)
        yield* Scope.close(leave, Exit.void)
        yield* settled
        // Two are left: one for the end of the room's idle time, one for the heartbeats of all rooms.
        assert.strictEqual(clock.sleepers(), before + 2)
        yield* clock.pass(30_000)
        assert.strictEqual(clock.sleepers(), before)
        yield* clock.pass(30_000)
        assert.strictEqual((yield* rooms.get(code)).finishedAt, 60_000)
      }).pipe(Effect.provide(layer), Effect.provideService(Clock.Clock, clock.clock))
    })
  )

  it.effect("a program that does not read is given the room anew, and no change is lost", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const code = yield* open()
      const reading = yield* Latch.make(true)
      const seen = yield* Stream.toQueue(
        Stream.mapEffect(rooms.events(code), (event) => Effect.as(reading.await, event)),
        { capacity: "unbounded" }
      )
      yield* Queue.takeN(seen, 3)
      yield* reading.close
      for (let press = 0; press < 500; press++) {
        yield* press % 2 === 0 ? rooms.start(code) : rooms.pause(code)
        yield* settled
      }
      yield* rooms.start(code)
      yield* settled
      yield* reading.open
      yield* settled
      const { id } = yield* rooms.get(code)
      const events: Array<RoomEvent> = []
      do events.push(yield* Queue.take(seen))
      while (events.at(-1)?.id !== id)
      assert.strictEqual(brief(events.at(-1) ?? assert.fail()), "timer start")
      assert.isAbove(events.filter(({ event }) => event === "remaining-time").length, 0, "the room anew")
      assert.isBelow(events.length, 700)
    }).pipe(Effect.provide(layer))
  )
})

const isNoPresence = (event: string, index: number, events: ReadonlyArray<string>) =>
  event !== "room" ||
  /^(timer|remaining-time)/.test(events[index + 1] ?? "") ||
  events[index - 1] === "remaining-time 0"
