/** What every RoomStore promises, whatever it keeps its rooms in. */
import { assert, describe, it } from "@effect/vitest"
import {
  Context,
  Duration,
  Effect,
  Exit,
  Fiber,
  Layer,
  Option,
  Queue,
  Result,
  Scope,
  Stream,
  SubscriptionRef
} from "effect"
import { TestClock } from "effect/testing"
import type { AccessCode, RoomState } from "../../src/domain/RoomState.ts"
import { paused, running } from "../../src/domain/Timer.ts"
import { RoomStore, type StoredRoom } from "../../src/store/RoomStore.ts"
import { nextTurn, remove, room } from "./rooms.ts"

/** States with everything in them that a store could lose or bend. */
const states: ReadonlyArray<RoomState> = [
  room("NEW"),
  room("RUNNING", { timer: running(1_763_900_000_123), change: "start", timerChange: "start", previousId: "id" }),
  room("FINISHED", { turn: 7, finishedAt: 1_763_900_000_123, change: "finish", timerChange: "stop" }),
  room("COMPLETED", { status: "COMPLETED", change: "complete", timerChange: "complete", timer: paused(1) }),
  room("ENDED", { streamsEnded: 3, duration: 86_400_000, timer: paused(86_400_000) }),
  room("NAMES", {
    people: [
      { number: 1, name: "레몬 👩‍💻 \"'\\", away: false, turns: 3, drove: 1 },
      { number: 2, name: "a\u2028b\u0000\n\ud800", away: true, turns: 0, drove: 0 }
    ],
    log: [[1, 1, 2, 1_763_900_000_123, 1_763_900_600_123, 600_000, "finish"]],
    missionUrl: "https://x.y/?q=%00&r='#é"
  })
]

const MANY = 1_000
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

/** The turns of rooms, null for one that is not there. */
const turns = (rooms: ReadonlyArray<StoredRoom>) =>
  rooms.map(Option.match({ onNone: () => null, onSome: ({ turn }) => turn }))

const turnOf = (code: AccessCode) => RoomStore.use((store) => Effect.map(store.get(code), (room) => turns([room])[0]))

/** Watches a room. Returns its present value, and a queue of what comes after it. */
const watch = Effect.fnUntraced(function* (code: AccessCode) {
  const store = yield* RoomStore
  const rooms = yield* store.changes(code).pipe(
    Stream.map(({ room }) => room),
    Stream.toQueue({ capacity: "unbounded" })
  )
  return [yield* Queue.take(rooms), rooms] as const
})

/** Watches a room. Returns a queue of what comes after its present value. */
const listen = (code: AccessCode) => Effect.map(watch(code), ([, rooms]) => rooms)

/** Watches a room until the scope is closed. */
const watchIn = (scope: Scope.Scope, code: AccessCode) => Scope.provide(watch(code), scope)

/** Runs the suite; `layer` gives an empty store each time that it is built. */
export const conformance = <E>(name: string, layer: Layer.Layer<RoomStore, E>): void => {
  describe(`${name}, as every RoomStore`, () => {
    it.effect("refuses who comes after it was closed, and leaves nobody waiting", () =>
      Effect.gen(function* () {
        const store = yield* Effect.scoped(Effect.map(Layer.build(layer), Context.get(RoomStore)))
        const code = room("LATE").accessCode
        for (const late of [Effect.asVoid(store.create(room("LATE"))), Effect.asVoid(store.modify(code, remove))]) {
          assert.strictEqual((yield* Effect.flip(late))._tag, "StoreUnavailable")
        }
      })
    )

    it.effect("keeps a room unchanged, whatever is in it", () =>
      Effect.gen(function* () {
        const store = yield* RoomStore
        for (const state of states) {
          assert.isTrue(yield* store.create(room(state.accessCode, { turn: 99 })))
          const heard = yield* listen(state.accessCode)
          yield* store.modify(state.accessCode, () => Result.succeed(Option.some(state)))
          assert.deepStrictEqual(yield* store.get(state.accessCode), Option.some(state))
          assert.deepStrictEqual(yield* Queue.take(heard), Option.some(state))
          yield* store.modify(state.accessCode, remove)
          assert.isTrue(yield* store.create(state))
          assert.deepStrictEqual(yield* store.get(state.accessCode), Option.some(state))
        }
      }).pipe(Effect.provide(layer))
    )

    it.effect("says false where a code is taken and leaves the room as it is", () =>
      Effect.gen(function* () {
        const store = yield* RoomStore
        const first = room("TAKEN")
        assert.isTrue(yield* store.create(first))
        assert.isFalse(yield* store.create(room("TAKEN", { goal: "something else" })))
        assert.deepStrictEqual(yield* store.get(first.accessCode), Option.some(first))
      }).pipe(Effect.provide(layer))
    )

    it.effect("gives a code that many want at once to one of them", () =>
      Effect.gen(function* () {
        const store = yield* RoomStore
        const wanted = numbers(1, 100).map((turn) => room("WANTED", { turn }))
        const created = yield* Effect.forEach(wanted, store.create, { concurrency: "unbounded" })
        assert.strictEqual(created.filter(Boolean).length, 1)
        assert.strictEqual(yield* turnOf(room("WANTED").accessCode), created.indexOf(true) + 1)
      }).pipe(Effect.provide(layer))
    )

    it.effect("knows no room that was never created", () =>
      Effect.gen(function* () {
        const store = yield* RoomStore
        const { accessCode } = room("UNKNOWN")
        yield* store.create(room("KNOWN"))
        assert.deepStrictEqual(yield* store.get(accessCode), Option.none())
        const error = yield* Effect.flip(
          store.modify<never>(accessCode, () => assert.fail("there is nothing to decide on"))
        )
        assert.strictEqual(error._tag, "RoomNotFound")
        assert.deepStrictEqual(yield* store.get(accessCode), Option.none())
      }).pipe(Effect.provide(layer))
    )

    it.effect("finds a room whether its code is typed in upper or in lower case", () =>
      Effect.gen(function* () {
        const store = yield* RoomStore
        const state = room("ianACDEF7")
        yield* store.create(state)
        for (const { accessCode: code } of [room("IANACDEF7"), room("ianacdef7"), room("iAnAcDeF7")]) {
          const heard = yield* listen(code)
          assert.isFalse(yield* store.create(room(code)))
          const before = yield* store.get(code)
          assert.strictEqual(Option.getOrThrow(before).accessCode, state.accessCode)
          const outcome = yield* store.modify(code, nextTurn)
          assert.deepStrictEqual(yield* store.get(state.accessCode), outcome)
          assert.deepStrictEqual(yield* Queue.take(heard), outcome)
        }
      }).pipe(Effect.provide(layer))
    )

    it.effect("decides on the current state and returns the outcome", () =>
      Effect.gen(function* () {
        const store = yield* RoomStore
        const state = room("DECIDE")
        yield* store.create(state)
        assert.deepStrictEqual(yield* store.modify(state.accessCode, nextTurn), Option.some({ ...state, turn: 2 }))
        const decided: Array<RoomState> = []
        const outcome = yield* store.modify(state.accessCode, (current) => {
          decided.push(current)
          return nextTurn(current)
        })
        assert.deepStrictEqual(decided.at(-1), { ...state, turn: 2 })
        assert.deepStrictEqual(outcome, Option.some({ ...state, turn: 3 }))
        assert.deepStrictEqual(yield* store.get(state.accessCode), outcome)
      }).pipe(Effect.provide(layer))
    )

    it.effect("writes and announces nothing when a decision gives back the same state", () =>
      Effect.gen(function* () {
        const store = yield* RoomStore
        const state = room("SAME")
        yield* store.create(state)
        const heard = yield* listen(state.accessCode)
        const outcome = yield* store.modify(state.accessCode, (current) => Result.succeed(Option.some(current)))
        assert.deepStrictEqual(outcome, Option.some(state))
        assert.deepStrictEqual(yield* store.get(state.accessCode), outcome)
        yield* store.modify(state.accessCode, nextTurn)
        assert.deepStrictEqual(turns([yield* Queue.take(heard)]), [2])
      }).pipe(Effect.provide(layer))
    )

    it.effect("changes and announces nothing when a decision fails", () =>
      Effect.gen(function* () {
        const store = yield* RoomStore
        const state = room("REFUSED")
        yield* store.create(state)
        const heard = yield* listen(state.accessCode)
        const error = yield* Effect.flip(store.modify(state.accessCode, () => Result.fail("refused" as const)))
        assert.strictEqual(error, "refused")
        assert.deepStrictEqual(yield* store.get(state.accessCode), Option.some(state))
        yield* store.modify(state.accessCode, nextTurn)
        assert.deepStrictEqual(turns([yield* Queue.take(heard)]), [2])
      }).pipe(Effect.provide(layer))
    )

    it.effect("deletes a room on none, and knows it no longer", () =>
      Effect.gen(function* () {
        const store = yield* RoomStore
        const { accessCode } = room("DELETED")
        yield* store.create(room("DELETED", { turn: 5 }))
        assert.deepStrictEqual(yield* store.modify(accessCode, remove), Option.none())
        assert.deepStrictEqual(yield* store.get(accessCode), Option.none())
        assert.strictEqual((yield* Effect.flip(store.modify(accessCode, nextTurn)))._tag, "RoomNotFound")
        assert.isTrue(yield* store.create(room("DELETED")))
        assert.strictEqual(yield* turnOf(accessCode), 1)
      }).pipe(Effect.provide(layer))
    )

    it.effect("loses none of 1,000 competing changes, and announces each once and in order", () =>
      Effect.gen(function* () {
        const store = yield* RoomStore
        const { accessCode } = room("BUSY")
        yield* store.create(room("BUSY"))
        const heard = yield* listen(accessCode)
        const outcomes = yield* Effect.forEach(numbers(1, MANY), () => store.modify(accessCode, nextTurn), {
          concurrency: "unbounded"
        })
        assert.strictEqual(new Set(turns(outcomes)).size, MANY)
        assert.strictEqual(yield* turnOf(accessCode), MANY + 1)
        yield* store.modify(accessCode, remove)
        assert.deepStrictEqual(turns(yield* Queue.takeN(heard, MANY + 1)), [...numbers(2, MANY + 1), null])
      }).pipe(Effect.provide(layer))
    )

    it.effect("gives who begins to watch a room what was written last, or none where there is no room", () =>
      Effect.gen(function* () {
        const store = yield* RoomStore
        const state = room("WATCHED")
        assert.deepStrictEqual((yield* watch(state.accessCode))[0], Option.none())
        yield* store.create(state)
        const changed = yield* store.modify(state.accessCode, nextTurn)
        assert.deepStrictEqual((yield* watch(state.accessCode))[0], changed)
      }).pipe(Effect.provide(layer))
    )

    it.effect("announces a room that is made while its code is watched", () =>
      Effect.gen(function* () {
        const store = yield* RoomStore
        const { accessCode } = room("AWAITED")
        const heard = yield* listen(accessCode)
        yield* store.create(room("AWAITED"))
        yield* store.create(room("AWAITED", { turn: 99 }))
        yield* store.modify(accessCode, remove)
        yield* store.create(room("AWAITED", { turn: 5 }))
        assert.deepStrictEqual(turns(yield* Queue.takeN(heard, 3)), [1, null, 5])
      }).pipe(Effect.provide(layer))
    )

    it.effect("misses and doubles nothing for those who begin to watch while a room changes", () =>
      Effect.gen(function* () {
        const store = yield* RoomStore
        const { accessCode } = room("MOVING")
        yield* store.create(room("MOVING"))
        const writing = yield* Effect.forkChild(
          Effect.forEach(numbers(1, 200), () => store.modify(accessCode, nextTurn), { concurrency: 3 })
        )
        const watching = yield* Effect.forEach(
          numbers(1, 40),
          () => Effect.tap(watch(accessCode), () => store.modify(accessCode, nextTurn)),
          { concurrency: 2 }
        )
        yield* Fiber.join(writing)
        for (const [first, heard] of watching) {
          const from = Option.getOrThrow(first).turn
          assert.deepStrictEqual(turns(yield* Queue.takeN(heard, 241 - from)), numbers(from + 1, 241))
        }
      }).pipe(Effect.provide(layer))
    )

    it.effect("is certain of a room as long as the store is there", () =>
      Effect.gen(function* () {
        const store = yield* RoomStore
        const { accessCode } = room("CERTAIN")
        yield* store.create(room("CERTAIN"))
        const changes = yield* Stream.toQueue(store.changes(accessCode), { capacity: "unbounded" })
        const first = yield* Queue.take(changes)
        yield* store.modify(accessCode, nextTurn)
        const second = yield* Queue.take(changes)
        assert.deepStrictEqual([first.certain, second.certain], [true, true])
      }).pipe(Effect.provide(layer))
    )

    it.effect("announces a change to everyone who watches, and goes on when one of them leaves", () =>
      Effect.gen(function* () {
        const store = yield* RoomStore
        const { accessCode } = room("SHARED")
        yield* store.create(room("SHARED"))
        const [one, other] = [yield* listen(accessCode), yield* listen(accessCode)]
        const leaves = yield* Scope.make()
        yield* watchIn(leaves, accessCode)
        yield* store.modify(accessCode, nextTurn)
        yield* Scope.close(leaves, Exit.void)
        yield* store.modify(accessCode, nextTurn)
        assert.deepStrictEqual(turns(yield* Queue.takeN(one, 2)), [2, 3])
        assert.deepStrictEqual(turns(yield* Queue.takeN(other, 2)), [2, 3])
      }).pipe(Effect.provide(layer))
    )

    it.effect("announces the changes of other rooms to nobody", () =>
      Effect.gen(function* () {
        const store = yield* RoomStore
        const [here, there] = [room("HERE"), room("THERE", { turn: 10 })]
        yield* Effect.all([store.create(here), store.create(there)])
        const heardHere = yield* listen(here.accessCode)
        const heardThere = yield* listen(there.accessCode)
        yield* store.modify(there.accessCode, nextTurn)
        yield* store.modify(here.accessCode, nextTurn)
        yield* store.modify(there.accessCode, remove)
        yield* store.modify(here.accessCode, nextTurn)
        assert.deepStrictEqual(turns(yield* Queue.takeN(heardHere, 2)), [2, 3])
        assert.deepStrictEqual(turns(yield* Queue.takeN(heardThere, 2)), [11, null])
      }).pipe(Effect.provide(layer))
    )

    it.effect("announces a deletion as none", () =>
      Effect.gen(function* () {
        const store = yield* RoomStore
        const { accessCode } = room("LEAVING")
        yield* store.create(room("LEAVING"))
        const heard = yield* listen(accessCode)
        yield* store.modify(accessCode, remove)
        assert.deepStrictEqual(yield* Queue.take(heard), Option.none())
      }).pipe(Effect.provide(layer))
    )

    it.effect("says that it can be reached", () =>
      RoomStore.use(({ available }) =>
        Effect.map(SubscriptionRef.get(available), (available) => assert.isTrue(available))
      ).pipe(Effect.provide(layer))
    )
  })
}

const TTL = Duration.hours(1)
const moment = Duration.millis(1)
const untilLastMoment = Duration.subtract(TTL, moment)
/** So that no room expires just when the store looks for such rooms. */
const oddTime = Duration.millis(1_234)

/** Runs the suite of stores whose time is the Clock: what they promise about it, to the millisecond. */
export const conformanceInTime = <E>(
  name: string,
  layerOf: (options: { readonly ttl: Duration.Duration }) => Layer.Layer<RoomStore, E>
): void => {
  const layer = layerOf({ ttl: TTL })
  const { accessCode } = room("AGING")

  const createAtOddTime = Effect.gen(function* () {
    const store = yield* RoomStore
    yield* TestClock.adjust(oddTime)
    yield* store.create(room("AGING"))
    return store
  })

  const assertGone = Effect.gen(function* () {
    const store = yield* RoomStore
    assert.deepStrictEqual(yield* store.get(accessCode), Option.none())
    assert.strictEqual((yield* Effect.flip(store.modify(accessCode, nextTurn)))._tag, "RoomNotFound")
  })

  const assertGoneAfterTtl = Effect.gen(function* () {
    yield* TestClock.adjust(untilLastMoment)
    assert.isNotNull(yield* turnOf(accessCode))
    yield* TestClock.adjust(moment)
    yield* assertGone
  })

  describe(`${name}, as every RoomStore on the Clock`, () => {
    it.effect("tells the Clock's time, to decisions too", () =>
      Effect.gen(function* () {
        const store = yield* createAtOddTime
        yield* TestClock.adjust("5 seconds")
        assert.strictEqual(yield* store.now, 6_234)
        const decidedAt: Array<number> = []
        yield* store.modify(accessCode, (state, now) => {
          decidedAt.push(now)
          return nextTurn(state)
        })
        assert.deepStrictEqual(decidedAt, [6_234])
      }).pipe(Effect.provide(layer))
    )

    it.effect("keeps a room that nobody changes or watches for the ttl and not a moment longer", () =>
      Effect.gen(function* () {
        yield* createAtOddTime
        yield* assertGoneAfterTtl
      }).pipe(Effect.provide(layer))
    )

    it.effect("forgets an expired room, so that its code is free", () =>
      Effect.gen(function* () {
        const store = yield* createAtOddTime
        yield* store.modify(accessCode, nextTurn)
        yield* TestClock.adjust(TTL)
        assert.isTrue(yield* store.create(room("AGING")))
        assert.strictEqual(yield* turnOf(accessCode), 1)
        yield* assertGoneAfterTtl
      }).pipe(Effect.provide(layer))
    )

    it.effect("keeps a room that was changed for another ttl", () =>
      Effect.gen(function* () {
        const store = yield* createAtOddTime
        yield* TestClock.adjust(untilLastMoment)
        yield* store.modify(accessCode, nextTurn)
        yield* assertGoneAfterTtl
      }).pipe(Effect.provide(layer))
    )

    it.effect("does not keep a room because it is read", () =>
      Effect.gen(function* () {
        const store = yield* createAtOddTime
        yield* TestClock.adjust(untilLastMoment)
        yield* store.get(accessCode)
        yield* TestClock.adjust(moment)
        yield* assertGone
      }).pipe(Effect.provide(layer))
    )

    it.effect("keeps a room as long as someone watches it, and for the ttl after the last one left", () =>
      Effect.gen(function* () {
        yield* createAtOddTime
        const [first, last] = [yield* Scope.make(), yield* Scope.make()]
        yield* watchIn(first, accessCode)
        yield* watchIn(last, accessCode)
        yield* TestClock.adjust(Duration.times(TTL, 3))
        yield* Scope.close(first, Exit.void)
        yield* TestClock.adjust(Duration.times(TTL, 3))
        assert.strictEqual(yield* turnOf(accessCode), 1)
        yield* Scope.close(last, Exit.void)
        yield* assertGoneAfterTtl
      }).pipe(Effect.provide(layer))
    )

    it.effect("keeps a watched room changeable long after its last change", () =>
      Effect.gen(function* () {
        const store = yield* createAtOddTime
        const heard = yield* listen(accessCode)
        yield* TestClock.adjust(Duration.times(TTL, 3))
        yield* store.modify(accessCode, nextTurn)
        assert.deepStrictEqual(turns([yield* Queue.take(heard)]), [2])
        assert.isFalse(yield* store.create(room("AGING")))
      }).pipe(Effect.provide(layer))
    )

    it.effect("does not bring an expired room back for someone who watches it then", () =>
      Effect.gen(function* () {
        yield* createAtOddTime
        yield* TestClock.adjust(TTL)
        const scope = yield* Scope.make()
        yield* watchIn(scope, accessCode)
        yield* assertGone
        yield* TestClock.adjust(TTL)
        yield* assertGone
        yield* Scope.close(scope, Exit.void)
        yield* assertGone
      }).pipe(Effect.provide(layer))
    )

    it.effect("lets a room expire beside others that are kept", () =>
      Effect.gen(function* () {
        const store = yield* createAtOddTime
        const [kept, watched] = [room("KEPT"), room("WATCHED")]
        yield* Effect.all([store.create(kept), store.create(watched)])
        yield* listen(watched.accessCode)
        yield* TestClock.adjust(untilLastMoment)
        yield* store.modify(kept.accessCode, nextTurn)
        yield* TestClock.adjust(moment)
        yield* assertGone
        assert.strictEqual(yield* turnOf(kept.accessCode), 2)
        assert.strictEqual(yield* turnOf(watched.accessCode), 1)
      }).pipe(Effect.provide(layer))
    )
  })
}
