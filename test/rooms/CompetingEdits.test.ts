/** Twenty clients who change the people of a room at once, in every store: nobody is lost, and nobody doubled. */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Queue, Result, Stream } from "effect"
import type { RoomEvent } from "../../src/domain/RoomEvent.ts"
import type { RoomView } from "../../src/domain/RoomView.ts"
import type { AccessCode } from "../../src/domain/RoomState.ts"
import type { CommandOptions } from "../../src/rooms/RoomCommands.ts"
import { patient } from "../store/redis/harness.ts"
import { Rooms } from "../../src/rooms/Rooms.ts"
import * as MemoryRoomStore from "../../src/store/MemoryRoomStore.ts"
import type { RoomStore } from "../../src/store/RoomStore.ts"
import * as RedisRoomStore from "../../src/store/redis/RedisRoomStore.ts"
import * as SqliteRoomStore from "../../src/store/SqliteRoomStore.ts"
import * as RedisServer from "../cluster/redis.ts"
import { newFile } from "../store/files.ts"
import { quiet } from "../store/redis/harness.ts"

type Instance = Rooms["Service"]

const CLIENTS = 20
/** So many that there is no place for all clients, whoever leaves. */
const FIRST = Array.from({ length: 12 }, (_, index) => `first ${index}`)
const TAKEN = FIRST[0]!

const namesOf = ({ people }: RoomView) => people.map(({ name }) => name)

const names = (rooms: Instance, code: AccessCode) => Effect.map(rooms.get(code), namesOf)

const instance = <E>(store: Layer.Layer<RoomStore, E>) =>
  Effect.map(Layer.build(Rooms.layer.pipe(Layer.provide(store), Layer.fresh)), Context.get(Rooms))

/** The instances of one service: several where the store can be shared. */
const stores = {
  memory: Effect.map(instance(MemoryRoomStore.layer()), (rooms) => [rooms]),
  SQLite: Effect.flatMap(newFile, (file) => Effect.map(instance(SqliteRoomStore.layer(file)), (rooms) => [rooms])),
  "two instances on Redis": Effect.gen(function* () {
    const { url } = yield* RedisServer.start()
    return [
      yield* instance(RedisRoomStore.layer({ ...patient, url })),
      yield* instance(RedisRoomStore.layer({ ...patient, url }))
    ]
  })
}

/** One of twenty: what it asks for, with `If-Match` or without. */
const client = (rooms: Instance, code: AccessCode, index: number) => {
  const isConditional = index % 2 === 0
  const by = `client ${index}`

  /** Returns the refusals. A condition that is stale is met in the end: the client looks again. */
  const ask = Effect.fnUntraced(function* <E extends { readonly _tag: string }>(
    command: (options: CommandOptions, seen: RoomView) => Effect.Effect<void, E>
  ) {
    const refusals: Array<string> = []
    do {
      const seen = yield* rooms.get(code)
      // So that others come between the look and the command, also where the store takes no time.
      yield* Effect.yieldNow
      const answer = yield* Effect.result(command(isConditional ? { by, ifMatch: [seen.id] } : { by }, seen))
      refusals.push(Result.isFailure(answer) ? answer.failure._tag : "none")
    } while (refusals.at(-1) === "Stale")
    return refusals
  })

  return Effect.gen(function* () {
    const own = `p${index}`
    // Two clients want the same name.
    const other = `q${index >> 1}`
    const guest = yield* ask((options) => rooms.addPerson(code, { name: "guest" }, options))
    const added = yield* ask((options) => rooms.addPerson(code, { name: own }, options))
    const refused = yield* ask((options) => rooms.changePerson(code, own, { name: TAKEN }, options))
    const renamed = yield* ask((options) =>
      rooms.changePerson(code, own, { name: other, away: index % 5 === 0 }, options)
    )
    const ordered = yield* ask((options, seen) =>
      rooms.orderPeople(code, { order: [...namesOf(seen).slice(1), ...namesOf(seen).slice(0, 1)] }, options)
    )
    const present = added.at(-1) !== "none" ? undefined : renamed.at(-1) === "none" ? other : own
    const leaves = index % 3 === 0
    const left = leaves ? yield* ask((options) => rooms.removePerson(code, present ?? own, options)) : []
    return {
      isConditional,
      guest,
      added,
      refused,
      renamed,
      ordered,
      left,
      present,
      remains: leaves ? undefined : present
    }
  })
}

/** Watches a room. `upTo` gives the rooms that were seen, up to the one with this `id`. */
const watch = Effect.fnUntraced(function* (rooms: Instance, code: AccessCode) {
  const seen = yield* Stream.toQueue(rooms.events(code), { capacity: "unbounded" })
  const room = Queue.take(seen).pipe(
    Effect.repeat({ until: ({ event }: RoomEvent) => event === "room" }),
    Effect.map(({ data }) => data as RoomView)
  )
  yield* room
  return {
    upTo: Effect.fnUntraced(function* (id: string) {
      const all: Array<RoomView> = []
      do all.push(yield* room)
      while (all.at(-1)?.id !== id)
      return all
    })
  }
})

/** Every change is seen once. A change of presence shows the same room again, but no older one. */
const assertEachOnce = (seen: ReadonlyArray<RoomView>) => {
  const ids = seen.map(({ id }) => id).filter((id, index, all) => id !== all[index - 1])
  assert.strictEqual(new Set(ids).size, ids.length)
  for (const view of seen) assert.strictEqual(new Set(namesOf(view)).size, view.people.length)
}

const assertOnly = (refusals: ReadonlyArray<string>, allowed: ReadonlyArray<string>, isConditional: boolean) =>
  assert.includeMembers(["none", ...allowed, ...(isConditional ? ["Stale"] : [])], [...refusals])

describe.each(Object.keys(stores) as ReadonlyArray<keyof typeof stores>)("twenty clients at once, %s", (store) => {
  const test = it.live.skipIf(store === "two instances on Redis" && RedisServer.missing !== undefined)

  test("who add, rename, reorder and leave lose nobody and double nobody, and are refused as the contract says", () =>
    Effect.gen(function* () {
      const instances = yield* stores[store]
      const { accessCode: code } = yield* instances[0]!.create({ people: FIRST, timerDuration: 600_000 })
      const watching = yield* Effect.forEach(instances, (rooms) => watch(rooms, code))
      const rooms = (index: number) => instances[index % instances.length]!
      const clients = yield* Effect.forEach(
        Array.from({ length: CLIENTS }).keys(),
        (index) => client(rooms(index >> 1), code, index),
        { concurrency: "unbounded" }
      )
      for (const { added, guest, isConditional, left, ordered, present, refused, renamed } of clients) {
        assertOnly(guest, [], isConditional)
        assertOnly(added, ["RoomFull"], isConditional)
        assert.strictEqual(refused.at(-1), added.at(-1) === "none" ? "NameTaken" : "PersonNotFound")
        assertOnly(renamed, added.at(-1) === "none" ? ["NameTaken"] : ["PersonNotFound"], isConditional)
        // The order that a client has seen may hold somebody who has left, or not hold somebody who has come.
        assertOnly(ordered, ["BadRequest"], isConditional)
        assertOnly(left, present === undefined ? ["PersonNotFound"] : [], isConditional)
      }
      const all = clients.flatMap(({ added, guest, refused }) => [...guest, ...added, ...refused])
      assert.includeMembers(all, ["none", "Stale", "RoomFull", "NameTaken", "PersonNotFound"])

      const expected = [...FIRST, "guest", ...clients.flatMap(({ remains }) => remains ?? [])]
      const last = yield* rooms(0).get(code)
      assert.sameMembers([...namesOf(last)], expected)
      assert.lengthOf(namesOf(last), expected.length)
      for (const { upTo } of watching) {
        const seen = yield* upTo(last.id)
        assertEachOnce(seen)
        assert.deepStrictEqual(seen.at(-1)?.people, last.people)
      }
      for (const other of instances) assert.deepStrictEqual(yield* names(other, code), namesOf(last))
    }).pipe(quiet))

  test("who all leave, each once: two stay, and the others are told so", () =>
    Effect.gen(function* () {
      const instances = yield* stores[store]
      const people = Array.from({ length: CLIENTS }, (_, index) => `p${index}`)
      const { accessCode: code } = yield* instances[0]!.create({ people, timerDuration: 600_000 })
      // Whoever drives hands over in leaving.
      yield* instances[0]!.start(code)
      const answers = yield* Effect.forEach(
        people,
        (name, index) => Effect.result(instances[index % instances.length]!.removePerson(code, name, { by: name })),
        { concurrency: "unbounded" }
      )
      const staying = people.filter((_, index) => Result.isFailure(answers[index]!))
      assert.lengthOf(staying, 2)
      for (const answer of answers)
        if (Result.isFailure(answer)) assert.strictEqual(answer.failure._tag, "TooFewPeople")
      const { driver, navigator, people: present, turn } = yield* instances[0]!.get(code)
      assert.deepStrictEqual(
        present.map(({ name }) => name),
        staying
      )
      assert.sameMembers([driver, navigator], staying)
      const { totals, turns } = yield* instances[0]!.turns(code)
      assert.strictEqual(turns.length, turn - 1)
      assert.isTrue(turns.every(({ ended }) => ended === "away"))
      assert.strictEqual(new Set(turns.map((ended) => ended.driver)).size, turns.length)
      assert.strictEqual(new Set(totals.map(({ name }) => name)).size, totals.length)
    }).pipe(quiet))

  test("who ask for the same on the same state with a condition: it is done once", () =>
    Effect.gen(function* () {
      const instances = yield* stores[store]
      const { accessCode: code, id } = yield* instances[0]!.create({ people: FIRST, timerDuration: 600_000 })
      const answers = yield* Effect.forEach(
        Array.from({ length: CLIENTS }).keys(),
        (index) => Effect.result(instances[index % instances.length]!.swap(code, { ifMatch: [id] })),
        { concurrency: "unbounded" }
      )
      const refusals = answers.flatMap((answer) => (Result.isFailure(answer) ? [answer.failure._tag] : []))
      assert.deepStrictEqual([...new Set(refusals)], ["Stale"])
      assert.lengthOf(refusals, CLIENTS - 1)
      const [one, other, ...others] = FIRST
      assert.deepStrictEqual(yield* names(instances[0]!, code), [other, one, ...others])
    }).pipe(quiet))
})
