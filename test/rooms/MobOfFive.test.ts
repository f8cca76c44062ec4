/** Three hours of a mob, as those see them who watch: some all the time, and some who are cut off again and again. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Queue, Ref, Scope, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { RoomEvent } from "../../src/domain/RoomEvent.ts"
import type { RoomView } from "../../src/domain/RoomView.ts"
import type { AccessCode } from "../../src/domain/RoomState.ts"
import { Rooms, type WatchOptions } from "../../src/rooms/Rooms.ts"
import { layer, settled } from "./harness.ts"

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOURS = 180 * MINUTE
/** Everything happens at a multiple of it. */
const STEP = 10 * SECOND

const MOB = ["ann", "bo", "cleo", "dan", "eve"]
const BREAKS = { every: 4, duration: 5 * MINUTE }

const settings = { people: MOB, timerDuration: 10 * MINUTE, breaks: BREAKS, autoStart: { after: STEP } }

/** The rooms that a subscriber was shown, in order. A change of presence shows the same room again. */
const roomsOf = (events: ReadonlyArray<RoomEvent>): ReadonlyArray<RoomView> =>
  events
    .flatMap(({ event, data }) => (event === "room" ? [data as RoomView] : []))
    .filter(({ id }, index, all) => id !== all[index - 1]?.id)

const idsOf = (events: ReadonlyArray<RoomEvent>) => roomsOf(events).map(({ id }) => id)

/** Watches until the end of the test, or until the scope is closed. */
const watch = Effect.fnUntraced(function* (code: AccessCode, options: WatchOptions) {
  const rooms = yield* Rooms
  const seen = yield* Stream.toQueue(rooms.events(code, options), { capacity: "unbounded" })
  yield* Queue.peek(seen)
  return seen
})

/** Somebody whose stream is cut off again and again. `ids` are those that were seen, by the last stream too. */
const unsteady = Effect.fnUntraced(function* (code: AccessCode) {
  const all = yield* Ref.make<ReadonlyArray<string>>([])
  const connect = Effect.gen(function* () {
    const scope = yield* Scope.make()
    return { scope, seen: yield* Scope.provide(watch(code, { ticks: false }), scope) }
  })
  const present = yield* Ref.make(yield* connect)
  const cut = Effect.gen(function* () {
    const { scope, seen } = yield* Ref.get(present)
    const ids = idsOf(yield* Queue.clear(seen))
    // What was seen last before the cut comes again as the snapshot.
    yield* Ref.update(all, (known) => [...known, ...ids.slice(ids[0] === known.at(-1) ? 1 : 0)])
    yield* Scope.close(scope, Exit.void)
  })
  return {
    reconnect: Effect.andThen(
      cut,
      Effect.flatMap(connect, (next) => Ref.set(present, next))
    ),
    ids: Effect.andThen(cut, Ref.get(all))
  }
})

/** Each state was seen once, and in the order in which they came about. */
const assertInOrder = (ids: ReadonlyArray<string>, all: ReadonlyArray<string>) => {
  assert.strictEqual(new Set(ids).size, ids.length)
  assert.deepStrictEqual(
    all.filter((id) => ids.includes(id)),
    ids
  )
}

/** Between two changes the time goes down second by second, to 0 where a change is a finish. */
const assertTicks = (events: ReadonlyArray<RoomEvent>) => {
  let expected: ReadonlyArray<unknown> = []
  for (const { event, data } of events) {
    if (event === "room") {
      const { remainingTime } = data as RoomView
      expected = [remainingTime, remainingTime - SECOND]
    }
    if (event !== "remaining-time") continue
    assert.include(expected, data)
    expected = [data - SECOND]
  }
}

const afterIn = ({ people }: RoomView, driver: string) => {
  const place = people.findIndex(({ name }) => name === driver)
  return [...people.slice(place + 1), ...people.slice(0, place)].find(({ away }) => !away)?.name
}

/** Everyone drives in order, and a break comes with the finish of every fourth turn, and with no other. */
const assertRota = (views: ReadonlyArray<RoomView>) => {
  let turns = 0
  for (const [index, view] of views.entries()) {
    const before = views[index - 1] ?? view
    const { kind } = view.lastChange
    const isNext = view.turn > before.turn
    assert.isAtMost(view.turn - before.turn, 1)
    assert.strictEqual(view.driver, isNext ? afterIn(view, before.driver) : before.driver)
    assert.isAtLeast(view.lastChange.at, before.lastChange.at)
    turns += isNext ? 1 : 0
    if (kind === "finish") assert.strictEqual(view.period, isNext && turns >= BREAKS.every ? "break" : "turn")
    if (view.period === "break" && (before.period === "turn" || kind === "break")) turns = 0
    const breakIn = view.period === "break" ? BREAKS.every : Math.max(1, BREAKS.every - turns)
    assert.strictEqual(view.breakIn, view.status === "COMPLETED" ? null : breakIn)
  }
}

type Command = (rooms: Rooms["Service"], code: AccessCode) => Effect.Effect<void, unknown>

const start: Command = (rooms, code) => rooms.start(code, { by: "bo" })
const pause: Command = (rooms, code) => rooms.pause(code, { by: "bo" })
const away =
  (name: string, away: boolean): Command =>
  (rooms, code) =>
    rooms.changePerson(code, name, { away }, { by: name })

/** What people do, and when, in seconds: pauses, also of a break, people who go away and come back, and more. */
const script: ReadonlyMap<number, Command> = new Map([
  [0, start],
  [180, pause],
  [330, start],
  [900, away("cleo", true)],
  [1_500, away("cleo", false)],
  [1_600, (rooms, code) => rooms.addPerson(code, { name: "finn" }, { by: "finn" })],
  [2_650, pause],
  [2_700, start],
  [3_100, away("dan", true)],
  // The driver goes away.
  [3_700, away("ann", true)],
  [4_000, away("ann", false)],
  [4_050, away("dan", false)],
  [5_600, (rooms, code) => rooms.takeBreak(code, { duration: 4 * MINUTE }, { by: "dan" })],
  [5_700, (rooms, code) => rooms.extend(code, { time: MINUTE }, { by: "dan" })],
  [6_700, (rooms, code) => rooms.next(code, { by: "eve" })],
  [7_400, (rooms, code) => rooms.extend(code, { time: 4 * MINUTE }, { by: "eve" })],
  [8_000, (rooms, code) => rooms.removePerson(code, "eve", { by: "eve" })],
  [10_800, (rooms, code) => rooms.complete(code, { by: "ann" })]
])

describe("a mob of five", () => {
  it.effect("for three hours drives in order, with breaks when they are due, and its time adds up", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const { accessCode: code } = yield* rooms.create(settings)
      const steady = yield* watch(code, { ticks: false })
      const other = yield* unsteady(code)
      yield* rooms.start(code, { by: "ann" })
      for (let minute = 1; minute <= 180; minute++) {
        yield* TestClock.adjust(MINUTE)
        yield* settled
        if (minute % 7 === 0) yield* other.reconnect
      }

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
        assert.strictEqual(next.startedAt - turn.endedAt, index % 4 === 3 ? BREAKS.duration + 2 * STEP : STEP)
      }
      const seen = yield* Queue.clear(steady)
      assertRota(roomsOf(seen))
      assertInOrder(idsOf(seen), idsOf(seen))
      assertInOrder(yield* other.ids, idsOf(seen))
    }).pipe(Effect.provide(layer))
  )

  it.effect("does so with pauses, breaks in between, people who go away and come back, and one who comes late", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const { accessCode: code } = yield* rooms.create(settings)
      const steady = yield* watch(code, {})
      const other = yield* unsteady(code)
      let late = steady
      const drove = new Map<string, number>()
      const periods = new Set<string>()
      for (let time = 0; time <= HOURS; time += STEP) {
        yield* script.get(time / SECOND)?.(rooms, code) ?? Effect.void
        yield* settled
        if (time === 1_600 * SECOND) late = yield* watch(code, { name: "finn" })
        if (time % (7 * STEP) === 0) yield* other.reconnect
        // Nothing happens between two steps, so this is what is so until the next one.
        const { driver, period, running } = yield* rooms.get(code)
        periods.add(`${period} ${running ? "runs" : "stands"}`)
        if (running && period === "turn") drove.set(driver, (drove.get(driver) ?? 0) + STEP)
        if (time < HOURS) yield* TestClock.adjust(STEP)
      }
      yield* settled

      assert.sameMembers([...periods], ["turn runs", "turn stands", "break runs", "break stands"])
      const { turns, totals } = yield* rooms.turns(code)
      const byTurns = new Map<string, number>()
      for (const turn of turns) byTurns.set(turn.driver, (byTurns.get(turn.driver) ?? 0) + turn.drove)
      assert.deepStrictEqual(new Map(totals.map((total) => [total.name, total.drove])), drove)
      assert.deepStrictEqual(byTurns, drove)
      assert.deepStrictEqual(
        turns.map(({ turn }) => turn),
        turns.map((_, index) => index + 1)
      )
      assert.sameMembers([...new Set(turns.map(({ ended }) => ended))], ["finish", "next", "away", "complete"])

      const events = yield* Queue.clear(steady)
      const all = idsOf(events)
      assert.strictEqual(events.at(-1)?.event, "close")
      assertTicks(events)
      assertRota(roomsOf(events))
      assertInOrder(all, all)
      assertInOrder(yield* other.ids, all)
      const sinceLate = idsOf(yield* Queue.clear(late))
      assert.deepStrictEqual(sinceLate, all.slice(-sinceLate.length))
      assert.isAbove(sinceLate.length, all.length / 2)
    }).pipe(Effect.provide(layer))
  )
})
