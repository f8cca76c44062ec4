import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Queue, Scope, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { RoomEvent, RoomView } from "../../src/domain/RoomEvent.ts"
import { Rooms } from "../../src/rooms/Rooms.ts"
import { brief, layer, settled } from "./harness.ts"

const MINUTE = 60_000
const MOB = ["ann", "bo", "cleo", "dan", "eve"]

/** The rooms that a subscriber was shown, in order. */
const roomsOf = (events: ReadonlyArray<RoomEvent>): ReadonlyArray<RoomView> =>
  events.flatMap(({ event, data }) => (event === "room" ? [data as RoomView] : []))

const idsOf = (events: ReadonlyArray<RoomEvent>) => [...new Set(roomsOf(events).map(({ id }) => id))]

describe("a mob of five", () => {
  it.effect("for three hours drives in order, with breaks when they are due, and its time adds up", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const { accessCode: code } = yield* rooms.create({
        people: MOB,
        timerDuration: 10 * MINUTE,
        breaks: { every: 4, duration: 5 * MINUTE },
        autoStart: { after: 10_000 }
      })
      const watch = Effect.fnUntraced(function* (scope: Scope.Scope) {
        const seen = yield* Stream.toQueue(rooms.events(code, { ticks: false }), { capacity: "unbounded" }).pipe(
          Scope.provide(scope)
        )
        yield* Queue.peek(seen)
        return seen
      })
      const scope = yield* Effect.scope
      const steady = yield* watch(scope)
      let cut = yield* Scope.make()
      let unsteady = yield* watch(cut)
      const seenByUnsteady: Array<string> = []
      yield* rooms.start(code, { by: "ann" })
      for (let minute = 0; minute < 180; minute++) {
        yield* TestClock.adjust("1 minute")
        yield* settled
        if (minute % 7 !== 6) continue
        const ids = idsOf(yield* Queue.clear(unsteady))
        // What it saw last before it was cut off comes again as the snapshot.
        seenByUnsteady.push(...ids.filter((id) => id !== seenByUnsteady.at(-1)))
        yield* Scope.close(cut, Exit.void)
        cut = yield* Scope.make()
        unsteady = yield* watch(cut)
      }
      yield* Scope.close(cut, Exit.void)

      const { turns, totals } = yield* rooms.turns(code)
      assert.isAbove(turns.length, 14)
      assert.deepStrictEqual(
        turns.map(({ driver }) => driver),
        turns.map((_, index) => MOB[index % MOB.length])
      )
      assert.deepStrictEqual([...new Set(turns.map(({ drove, ended }) => `${drove} ${ended}`))], ["600000 finish"])
      const total = totals.reduce((sum, { drove }) => sum + drove, 0)
      assert.strictEqual(total, turns.length * 10 * MINUTE)
      for (const [index, turn] of turns.entries()) {
        const next = turns[index + 1]
        if (next === undefined) continue
        // Ten seconds to the next turn; after four turns they, the break, and ten seconds more.
        assert.strictEqual(next.startedAt - turn.endedAt, index % 4 === 3 ? 5 * MINUTE + 20_000 : 10_000)
      }

      const all = yield* Queue.clear(steady)
      const ids = idsOf(all)
      assert.strictEqual(roomsOf(all).filter((room, index, list) => room.id !== list[index - 1]?.id).length, ids.length)
      const finishes = roomsOf(all).filter(({ lastChange }) => lastChange.kind === "finish")
      assert.isTrue(finishes.every(({ finishedAt }, index) => finishedAt! > (finishes[index - 1]?.finishedAt ?? 0)))
      assert.strictEqual(new Set(seenByUnsteady).size, seenByUnsteady.length)
      const order = seenByUnsteady.map((id) => ids.indexOf(id))
      assert.deepStrictEqual(
        order,
        order.toSorted((one, other) => one - other)
      )
    }).pipe(Effect.provide(layer))
  )
})

describe("Rooms", () => {
  it.effect("takes a swap right after a finish where that is asked for", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const { accessCode: code } = yield* rooms.create({ people: MOB, timerDuration: 1_000 })
      yield* rooms.start(code)
      yield* TestClock.adjust("1 second")
      yield* rooms.swap(code)
      assert.strictEqual((yield* rooms.get(code)).driver, "bo")
      yield* rooms.swap(code, { afterFinish: true, by: "eve" })
      assert.deepInclude(yield* rooms.get(code), { driver: "cleo", navigator: "bo" })
    }).pipe(Effect.provide(layer))
  )

  it.effect("names in the error what is wrong with an input, and says first that there is no such room", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const { accessCode: code } = yield* rooms.create({ people: MOB, timerDuration: 1_000 })
      const nobody = "NOBODY" as typeof code
      const failures = [
        yield* Effect.flip(rooms.extend(code, { time: 1 })),
        yield* Effect.flip(rooms.start(code, { by: " " })),
        yield* Effect.flip(rooms.addPerson(code, { name: "" })),
        yield* Effect.flip(rooms.extend(nobody, { time: 1 })),
        yield* Effect.flip(rooms.removePerson(code, "nobody")),
        yield* Effect.flip(rooms.undo(code))
      ]
      assert.deepStrictEqual(
        failures.map(({ _tag, message }) => `${_tag} ${message.split(":")[0]}`),
        [
          "BadRequest time",
          "BadRequest by",
          "BadRequest name",
          "RoomNotFound accessCode",
          "PersonNotFound name",
          "NothingToUndo lastChange"
        ]
      )
    }).pipe(Effect.provide(layer))
  )

  it.effect("tells of a finish and the start by itself after it in two frames, and then ticks again", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const { accessCode: code } = yield* rooms.create({
        people: MOB,
        timerDuration: 2_000,
        autoStart: { after: 0 }
      })
      const seen = yield* Stream.toQueue(rooms.events(code), { capacity: "unbounded" })
      yield* Queue.takeN(seen, 3)
      yield* rooms.start(code)
      yield* TestClock.adjust("3 seconds")
      const events = (yield* Queue.takeN(seen, 9)).map(brief)
      assert.deepStrictEqual(events, [
        "room",
        "timer start",
        "remaining-time 1000",
        "remaining-time 0",
        "room",
        "timer stop",
        "room",
        "timer start",
        "remaining-time 1000"
      ])
    }).pipe(Effect.provide(layer))
  )
})
