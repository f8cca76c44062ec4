import { assert, describe, it } from "@effect/vitest"
import { Clock, Context, Duration, Effect, Layer, Option, Ref, Result, Stream, SubscriptionRef } from "effect"
import { NodeRedis } from "@effect/platform-node"
import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import type { RoomState } from "../../../src/domain/RoomState.ts"
import * as RedisRoomStore from "../../../src/store/redis/RedisRoomStore.ts"
import { RoomStore, type StoredRoom } from "../../../src/store/RoomStore.ts"
import * as RedisServer from "../../cluster/redis.ts"
import { conformance } from "../conformance.ts"
import { toldBy } from "../files.ts"
import { hastyStoreAt, proxyTo, quiet, realTime, type Store, storeAt, until } from "./harness.ts"
import { nextTurn, remove, room } from "../rooms.ts"

const turnOf = (store: Store, { accessCode }: RoomState) =>
  Effect.map(
    store.get(accessCode),
    Option.map(({ turn }) => turn)
  )

const turns = (rooms: ReadonlyArray<StoredRoom>) => rooms.map((room) => Option.getOrNull(room)?.turn ?? null)

/** Watches a room. Collects what comes after its present value. */
const watch = Effect.fnUntraced(function* (store: Store, { accessCode }: RoomState) {
  const pull = yield* Stream.toPull(Stream.map(store.changes(accessCode), ({ room }) => room))
  const [, ...more] = yield* pull
  const all: Array<StoredRoom> = [...more]
  yield* Effect.forkScoped(Effect.forever(Effect.map(pull, (rooms) => all.push(...rooms))))
  return { all }
})

/** Collects whether the store is there, from now on. */
const availability = Effect.fnUntraced(function* (store: Store) {
  const all: Array<boolean> = []
  const changes = SubscriptionRef.changes(store.available)
  yield* Effect.forkScoped(Stream.runForEach(changes, (available) => Effect.sync(() => void all.push(available))))
  yield* until(() => all.length > 0)
  return { all }
})

/** Writes a room past the store, so that nobody is told: as a message that was lost, or a Redis that lost its newest. */
const rewrite = (redis: RedisServer.RedisServer, state: RoomState, name: string) =>
  redis.command("HSET", `pairroom:room:${state.accessCode}`, "writes", name, "state", JSON.stringify(state))

/** Runs a script of this folder to its end, and gives its exit code. */
const run = (script: string, ...args: ReadonlyArray<string>) =>
  Effect.callback<number | null>((resume) => {
    const path = new URL(script, import.meta.url).pathname
    const child = spawn(process.execPath, ["--no-warnings", path, ...args], { stdio: ["ignore", "ignore", "inherit"] })
    child.once("exit", (code) => resume(Effect.succeed(code)))
    return Effect.sync(() => child.kill("SIGKILL"))
  })

describe.skipIf(RedisServer.missing !== undefined)("RedisRoomStore", () => {
  conformance(
    "RedisRoomStore",
    Layer.effect(
      RoomStore,
      Effect.flatMap(RedisServer.start(), ({ url }) => storeAt(url))
    ).pipe(Layer.provide(realTime))
  )

  it.live("tells what is changed through one instance on all of them, in order", () =>
    Effect.gen(function* () {
      const { url } = yield* RedisServer.start()
      const [one, other] = [yield* storeAt(url), yield* storeAt(url)]
      const state = room("SHARED")
      yield* one.create(state)
      const seen = yield* watch(other, state)
      for (let turn = 0; turn < 20; turn++) yield* one.modify(state.accessCode, nextTurn)
      yield* one.modify(state.accessCode, remove)
      yield* until(() => seen.all.length === 21)
      assert.deepStrictEqual(turns(seen.all), [...Array.from({ length: 20 }, (_, turn) => turn + 2), null])
    })
  )

  it.live("loses none of the changes that three processes make at once, and tells each once and in order", () =>
    Effect.gen(function* () {
      const { url } = yield* RedisServer.start()
      const store = yield* storeAt(url)
      const state = room("BUSY")
      yield* store.create(state)
      const seen = yield* watch(store, state)
      const codes = yield* Effect.forEach(
        Array.from({ length: 3 }),
        () => run("writer.ts", url, state.accessCode, "200"),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(codes, [0, 0, 0])
      assert.deepStrictEqual(yield* turnOf(store, state), Option.some(601))
      yield* until(() => seen.all.length >= 600)
      assert.deepStrictEqual(
        turns(seen.all),
        Array.from({ length: 600 }, (_, turn) => turn + 2)
      )
    })
  )

  it.live("reads again what is watched: a change, a deletion and a state that Redis has gone back to", () =>
    Effect.gen(function* () {
      const redis = yield* RedisServer.start()
      const store = yield* storeAt(redis.url)
      const [changed, deleted, lost] = [room("CHANGED"), room("DELETED"), room("LOST")]
      const watched = yield* Effect.forEach([changed, deleted, lost], (state) =>
        Effect.andThen(store.create(state), watch(store, state))
      )
      yield* store.modify(lost.accessCode, nextTurn)
      yield* rewrite(redis, { ...changed, turn: 7 }, "another name")
      yield* redis.command("DEL", "pairroom:room:DELETED")
      yield* rewrite(redis, lost, "an older one")
      yield* until(() => watched.every(({ all }, index) => all.length >= (index === 2 ? 2 : 1)))
      assert.deepStrictEqual(
        watched.map(({ all }) => turns(all)),
        [[7], [null], [2, 1]]
      )
    })
  )

  it.live("keeps a watched room alive, and one that was changed, and lets the others go", () =>
    Effect.gen(function* () {
      const redis = yield* RedisServer.start()
      const store = yield* storeAt(redis.url, { ttl: Duration.minutes(10) })
      const [watched, left] = [room("WATCHED"), room("LEFT")]
      const expiry = (state: RoomState) =>
        Effect.map(redis.command("PTTL", `pairroom:room:${state.accessCode}`), Number)
      for (const state of [watched, left]) {
        yield* store.create(state)
        assert.approximately(yield* expiry(state), 600_000, 10_000)
        yield* redis.command("PEXPIRE", `pairroom:room:${state.accessCode}`, "30000")
      }
      yield* watch(store, watched)
      assert.approximately(yield* expiry(watched), 600_000, 10_000)
      assert.isAtMost(yield* expiry(left), 30_000)
      yield* store.modify(left.accessCode, nextTurn)
      assert.approximately(yield* expiry(left), 600_000, 10_000)
    })
  )

  it.live(
    "while Redis hangs it refuses at once and changes nothing, not later either, and is back with what was missed",
    () =>
      Effect.gen(function* () {
        const redis = yield* RedisServer.start()
        const store = yield* hastyStoreAt(redis.url)
        const state = room("HANGING")
        yield* store.create(state)
        const changes = yield* watch(store, state)
        const available = yield* availability(store)
        yield* redis.stop
        const refusals = yield* Effect.forEach(
          Array.from({ length: 20 }),
          () => Effect.flip(store.modify(state.accessCode, nextTurn)),
          { concurrency: "unbounded" }
        )
        for (const refusal of refusals) assert.include(refusal.message, "nothing was changed")
        assert.strictEqual((yield* Effect.flip(store.get(state.accessCode)))._tag, "StoreUnavailable")
        assert.deepStrictEqual(available.all, [true, false])
        yield* redis.cont
        yield* until(() => available.all.length === 3)
        assert.deepStrictEqual(available.all, [true, false, true])
        assert.deepStrictEqual(yield* store.get(state.accessCode), Option.some(state))
        yield* store.modify(state.accessCode, nextTurn)
        // It was uncertain, then certain again, and then it changed.
        yield* until(() => changes.all.length === 3)
        assert.deepStrictEqual(turns(changes.all), [1, 1, 2])
      })
  )

  it.live("refuses a change that waited too long behind another one of its room, and does not decide on it", () =>
    Effect.gen(function* () {
      const { url } = yield* RedisServer.start()
      const real = yield* Clock.Clock
      const ahead = yield* Ref.make(0n)
      const clock: Clock.Clock = Object.assign(Object.create(real), {
        monotonicTimeNanosUnsafe: () => real.monotonicTimeNanosUnsafe() + Ref.getUnsafe(ahead)
      })
      const store = yield* Effect.provideService(storeAt(url), Clock.Clock, clock)
      const state = room("WAITING")
      yield* store.create(state)
      /** Ten seconds pass while it is decided that nothing is to change. */
      const slow = store.modify(state.accessCode, (current) => {
        Effect.runSync(Ref.set(ahead, 10_000_000_000n))
        return Result.succeedSome(current)
      })
      const [, waited] = yield* Effect.all([slow, toldBy(store.modify(state.accessCode, nextTurn))], {
        concurrency: "unbounded"
      })
      assert.include(waited, "nothing was changed")
      assert.deepStrictEqual(yield* turnOf(store, state), Option.some(1))
    })
  )

  it.live("goes on with what was acknowledged after Redis was killed and started again", () =>
    Effect.gen(function* () {
      const redis = yield* RedisServer.start({ appendonly: true })
      const store = yield* storeAt(redis.url)
      const state = room("KILLED")
      const available = yield* availability(store)
      yield* store.create(state)
      yield* store.modify(state.accessCode, nextTurn)
      yield* redis.kill
      const refusal = yield* Effect.flip(store.modify(state.accessCode, nextTurn))
      assert.strictEqual(refusal._tag, "StoreUnavailable")
      // One that is back within the grace of a broken connection was never away.
      yield* until(() => available.all.at(-1) === false)
      yield* redis.restart
      yield* until(() => available.all.at(-1) === true)
      assert.deepStrictEqual(yield* turnOf(store, state), Option.some(2))
      yield* store.modify(state.accessCode, nextTurn)
    })
  )

  it.live("finds out that a change was made whose answer was lost", () =>
    Effect.gen(function* () {
      const { port } = yield* RedisServer.start()
      const proxy = yield* proxyTo(port)
      const store = yield* storeAt(proxy.url)
      const state = room("ANSWER")
      yield* store.create(state)
      const outcome = yield* store.modify(state.accessCode, (current) => {
        Effect.runSync(proxy.cutAnswers)
        return nextTurn(current)
      })
      assert.deepStrictEqual(turns([outcome]), [2])
      assert.deepStrictEqual(yield* turnOf(store, state), Option.some(2))
    })
  )
})

describe.skipIf(RedisServer.missing !== undefined)("RedisRoomStore, by its connection", { concurrent: true }, () => {
  it.live("loses no command when its connections are killed", () =>
    Effect.gen(function* () {
      const redis = yield* RedisServer.start()
      const store = yield* storeAt(redis.url)
      const state = room("CUT")
      yield* store.create(state)
      const changes = yield* watch(store, state)
      // One at least, even if the kills are over before another one is made.
      yield* store.modify(state.accessCode, nextTurn)
      let made = 1
      const killing = yield* Effect.forkChild(
        Effect.forEach(Array.from({ length: 3 }), () => redis.command("CLIENT", "KILL", "TYPE", "pubsub"))
      )
      while (killing.pollUnsafe() === undefined) {
        const outcome = yield* Effect.option(store.modify(state.accessCode, nextTurn))
        if (Option.isSome(outcome)) made++
      }
      assert.deepStrictEqual(yield* turnOf(store, state), Option.some(made + 1))
      yield* until(() => turns(changes.all).at(-1) === made + 1)
    })
  )

  it.live("works over TLS, and over a connection of the program's own", () =>
    Effect.gen(function* () {
      const redis = yield* RedisServer.start({ tls: true, password: "secret" })
      const connection = NodeRedis.layer({
        url: redis.url,
        disableOfflineQueue: true,
        socket: { tls: true, ca: readFileSync(redis.certificate), reconnectStrategy: () => 50 }
      })
      const layer = Layer.provide(RedisRoomStore.layerNoDeps(), connection)
      const store = yield* Effect.map(Layer.build(layer), Context.get(RoomStore)).pipe(quiet)
      const state = room("SECRET")
      yield* store.create(state)
      assert.deepStrictEqual(yield* store.get(state.accessCode), Option.some(state))
    })
  )

  it.live("refuses a connection that would send later what has failed", () =>
    Effect.gen(function* () {
      const { url } = yield* RedisServer.start()
      const layer = Layer.provide(RedisRoomStore.layerNoDeps(), NodeRedis.layer({ url }))
      const error = yield* Effect.flip(Layer.build(layer))
      assert(error._tag === "RedisUnusable")
      assert.include(error.message, "disableOfflineQueue")
    })
  )

  it.live("works with a password, and beside others under its prefix", () =>
    Effect.gen(function* () {
      const redis = yield* RedisServer.start({ password: "se cr@t" })
      const [one, other] = [yield* storeAt(redis.url, { prefix: "a:" }), yield* storeAt(redis.url, { prefix: "b:" })]
      yield* one.create(room("ROOM"))
      assert.isTrue(yield* other.create(room("ROOM")))
      assert.deepStrictEqual((yield* redis.command("KEYS", "*")).split("\n").toSorted(), [
        "a:clock",
        "a:room:ROOM",
        "b:clock",
        "b:room:ROOM"
      ])
    })
  )

  it.live.each([
    { what: "a wrong password", url: (url: string) => url.replace("right", "wrong"), says: /WRONGPASS/ },
    { what: "no password", url: (url: string) => url.replace(":right@", ""), says: /NOAUTH/ }
  ])("does not start with $what, and says so", ({ url, says }) =>
    Effect.gen(function* () {
      const redis = yield* RedisServer.start({ password: "right" })
      assert.match((yield* Effect.flip(storeAt(url(redis.url)))).message, says)
    })
  )

  it.live("does not start on a Redis that evicts, or on a replica, and says so", () =>
    Effect.gen(function* () {
      const redis = yield* RedisServer.start({ settings: { "maxmemory-policy": "allkeys-lru" } })
      assert.match((yield* Effect.flip(storeAt(redis.url))).message, /expected noeviction, got allkeys-lru/)
      yield* redis.command("CONFIG", "SET", "maxmemory-policy", "noeviction")
      const store = yield* storeAt(redis.url)
      const primary = yield* RedisServer.start()
      yield* redis.command("REPLICAOF", "127.0.0.1", `${primary.port}`)
      assert.match((yield* Effect.flip(storeAt(redis.url))).message, /replica/)
      assert.match((yield* Effect.flip(store.create(room("ROOM")))).message, /nothing was changed/)
      yield* redis.command("REPLICAOF", "NO", "ONE")
      yield* Effect.eventually(store.create(room("ROOM")))
    })
  )

  it.live("waits for a Redis that is away at the start", () =>
    Effect.gen(function* () {
      const redis = yield* RedisServer.start()
      yield* redis.kill
      const store = yield* hastyStoreAt(redis.url)
      assert.strictEqual(
        (yield* Effect.flip(store.get(room("ROOM").accessCode))).message,
        "the store cannot be reached; nothing was changed; try again in a second"
      )
      const available = yield* availability(store)
      yield* redis.restart
      yield* until(() => available.all.length > 1)
      assert.deepStrictEqual(available.all, [false, true])
      assert.isTrue(yield* store.create(room("ROOM")))
    })
  )
})
