/** Rooms of several instances on one Redis, as those see them who watch. */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Exit, Layer, Queue, References, Scope, Stream, SubscriptionRef } from "effect"
import type { RoomEvent } from "../../src/domain/RoomEvent.ts"
import type { AccessCode } from "../../src/domain/RoomState.ts"
import { Rooms } from "../../src/rooms/Rooms.ts"
import { patient } from "../store/redis/harness.ts"
import * as RedisRoomStore from "../../src/store/redis/RedisRoomStore.ts"
import { RoomStore } from "../../src/store/RoomStore.ts"
import { brief, pair } from "../rooms/harness.ts"
import * as RedisServer from "./redis.ts"

type Instance = Rooms["Service"]

/** One more instance, until the scope is closed. On a busy machine it may start before its Redis answers, so this waits for that. */
const instanceOn = Effect.fnUntraced(
  function* ({ url }: RedisServer.RedisServer) {
    const context = yield* Layer.build(
      Rooms.layer.pipe(Layer.provideMerge(RedisRoomStore.layer({ ...patient, url })), Layer.fresh)
    )
    const { available } = Context.get(context, RoomStore)
    yield* Stream.runHead(Stream.filter(SubscriptionRef.changes(available), (is) => is))
    return Context.get(context, Rooms)
  },
  Effect.provideService(References.MinimumLogLevel, "None")
)

/** What comes up to an event that fits. */
const upTo = Effect.fnUntraced(function* (
  seen: Queue.Dequeue<RoomEvent, unknown>,
  fits: (event: RoomEvent) => boolean
) {
  const events: Array<RoomEvent> = []
  do events.push(yield* Queue.take(seen))
  while (!fits(events.at(-1)!))
  return events
})

const connected = (count: number) => (seen: RoomEvent) => seen.event === "room" && seen.data.connections === count

/**
 * Watches a room through an instance, and has seen its snapshot. With a `count`, it has also seen that so many are connected: the
 * snapshot may come before the instance has heard of those who are connected elsewhere.
 */
const watch = Effect.fnUntraced(function* (instance: Instance, code: AccessCode, count?: number) {
  const seen = yield* Stream.toQueue(instance.events(code, { ticks: false }), { capacity: "unbounded" })
  const snapshot = yield* upTo(seen, ({ event }) => event === "remaining-time")
  if (count !== undefined && !snapshot.some(connected(count))) yield* upTo(seen, connected(count))
  return seen
})

const here = (names: ReadonlyArray<string>) => (seen: RoomEvent) =>
  seen.event === "room" && JSON.stringify(seen.data.here) === JSON.stringify(names)

const isRoom = (uncertain: boolean) => (seen: RoomEvent) =>
  seen.event === "room" && (seen.data.uncertain ?? false) === uncertain

describe.skipIf(RedisServer.missing !== undefined)("instances on one Redis", { concurrent: true }, () => {
  it.live("show each change once, and count everyone, wherever they are connected", () =>
    Effect.gen(function* () {
      const redis = yield* RedisServer.start()
      const [one, other] = [yield* instanceOn(redis), yield* instanceOn(redis)]
      const { accessCode: code } = yield* one.create(pair())
      const here = yield* watch(one, code)
      const there = yield* watch(other, code, 2)
      yield* upTo(here, connected(2))
      assert.strictEqual((yield* other.get(code)).connections, 2)
      yield* other.start(code)
      yield* one.pause(code)
      for (const seen of [here, there]) {
        const events = yield* upTo(seen, (event) => brief(event) === "timer pause")
        assert.deepStrictEqual(events.map(brief), ["room", "timer start", "room", "timer pause"])
      }
      const third = yield* instanceOn(redis)
      assert.strictEqual((yield* third.get(code)).connections, 2)
    })
  )

  it.live("know who is here under which name, wherever they are connected", () =>
    Effect.gen(function* () {
      const redis = yield* RedisServer.start()
      const [one, other] = [yield* instanceOn(redis), yield* instanceOn(redis)]
      const { accessCode: code } = yield* one.create({ people: ["한글 ,;+", "bo", "cleo"], timerDuration: 60_000 })
      const seen = yield* watch(one, code)
      const scope = yield* Scope.make()
      yield* Scope.provide(Stream.toQueue(other.events(code, { name: "한글 ,;+" }), { capacity: "unbounded" }), scope)
      yield* Stream.toQueue(other.events(code, { name: "a stranger" }), { capacity: "unbounded" })
      yield* upTo(seen, here(["한글 ,;+"]))
      assert.deepStrictEqual((yield* other.get(code)).here, ["한글 ,;+"])
      yield* Scope.close(scope, Exit.void)
      yield* upTo(seen, here([]))
    })
  )

  it.live("no longer count whom an instance leaves behind that ends", () =>
    Effect.gen(function* () {
      const redis = yield* RedisServer.start()
      const one = yield* instanceOn(redis)
      const { accessCode: code } = yield* one.create(pair())
      const here = yield* watch(one, code)
      const scope = yield* Scope.make()
      const other = yield* Scope.provide(instanceOn(redis), scope)
      yield* Scope.provide(watch(other, code), scope)
      yield* upTo(here, connected(2))
      yield* Scope.close(scope, Exit.void)
      yield* upTo(here, connected(1))
    })
  )

  it.live("stop counting whom an instance had that died", () =>
    Effect.gen(function* () {
      const redis = yield* RedisServer.start()
      const one = yield* instanceOn(redis)
      const { accessCode: code } = yield* one.create(pair())
      const here = yield* watch(one, code)
      const key = `pairroom:presence:${code}`
      const [seconds] = (yield* redis.command("TIME")).split("\n")
      yield* redis.command("HSET", key, "one that died", `3,0,0,${Number(seconds) * 1_000 + 3_000}`)
      yield* upTo(here, connected(4))
      yield* upTo(here, connected(1))
      assert.notInclude(yield* redis.command("HKEYS", key), "one that died")
    })
  )

  it.live("say that they are uncertain while Redis hangs, and show what was missed when it is back", () =>
    Effect.gen(function* () {
      const redis = yield* RedisServer.start()
      const one = yield* instanceOn(redis)
      const { accessCode: code } = yield* one.create(pair())
      const here = yield* watch(one, code)
      yield* redis.stop
      const refusal = yield* Effect.flip(one.start(code))
      assert.strictEqual(refusal._tag, "StoreUnavailable")
      yield* upTo(here, isRoom(true))
      yield* redis.cont
      yield* upTo(here, isRoom(false))
      assert.isFalse((yield* one.get(code)).running)
      yield* one.start(code)
      yield* upTo(here, (event) => brief(event) === "timer start")
    })
  )
})
