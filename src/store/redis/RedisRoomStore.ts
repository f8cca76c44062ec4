/**
 * Rooms in Redis 7 or later, or Valkey, for any number of instances. When one instance changes a room, every instance that watches
 * the room learns of it, even if a message is lost.
 */
import type * as NodeRedis from "@effect/platform-node/NodeRedis"
import { Clock, Context, Duration, Effect, Layer, Option, Queue, RcMap, Ref, Semaphore } from "effect"
import { RateLimiter, type Redis } from "effect/persistence"
import * as AccessCodes from "../../domain/AccessCode.ts"
import { roomNotFound } from "../../domain/errors.ts"
import type { AccessCode } from "../../domain/RoomState.ts"
import { Presence } from "../Presence.ts"
import { DEFAULT_TTL, type Decision, RoomStore } from "../RoomStore.ts"
import * as Changes from "./Changes.ts"
import { type Connect, connectTo, connectWithContext } from "./Client.ts"
import * as Connection from "./Connection.ts"
import { type RedisUnusable, reported } from "./Failures.ts"
import * as Pulse from "./Pulse.ts"
import * as RateCounters from "./RateCounters.ts"
import * as RedisPresence from "./RedisPresence.ts"
import * as RedisTime from "./RedisTime.ts"
import * as Scripts from "./Scripts.ts"
import * as Writes from "./Writes.ts"

export { RedisUnusable } from "./Failures.ts"

export interface Options {
  /** Put before every key and channel. */
  readonly prefix?: string
  /** A room is deleted when nobody has changed or watched it for this time. */
  readonly ttl?: Duration.Duration
  /** How long a change may take until Redis has it; a later one is refused, and changes nothing. 500 ms by default. */
  readonly deadline?: Duration.Duration
}

/** How long a change may wait for the other changes of its room on this instance before it is refused, in milliseconds. */
const PATIENCE = 5_000

/** With finding out its outcome, a change takes less than 1 s. */
const DEADLINE = Duration.millis(500)

/** What Redis keeps: rooms, and the counters of rates that all instances share. */
type Kept = RoomStore | RateLimiter.RateLimiterStore

/** Keeps rooms in the Redis at `url`. If Redis is away, the store waits for it. Fails with RedisUnusable if it cannot be used. */
export const layer = ({ url, ...options }: Options & { readonly url: string }): Layer.Layer<Kept, RedisUnusable> =>
  Layer.effectContext(make(options, connectTo(url)))

/**
 * The same over a connection of the program's own: `NodeRedis.layer({ url, disableOfflineQueue: true, socket: {
 * socketTimeout: 3_000, reconnectStrategy } })`. With an offline queue, what was refused here would be done later. With a
 * strategy that gives up, as the library's own does after a time-out, the store stays away for good.
 */
export const layerNoDeps = (
  options: Options = {}
): Layer.Layer<Kept, RedisUnusable, Redis.Redis | NodeRedis.NodeRedis> =>
  Layer.effectContext(Effect.flatMap(connectWithContext, (connect) => make(options, connect)))

const make = Effect.fnUntraced(function* (options: Options, connect: Connect) {
  const prefix = options.prefix ?? "pairroom:"
  const ttl = Duration.toMillis(options.ttl ?? DEFAULT_TTL)
  const inTime = Duration.toMillis(options.deadline ?? DEADLINE)
  const channel = `${prefix}changes`
  const presenceChannel = `${prefix}presence`
  const clockKey = `${prefix}clock`
  const keyOf = (code: AccessCode) => `${prefix}room:${AccessCodes.toKey(code)}`

  const clock = yield* Clock.Clock
  const elapsed = Effect.sync(() => Number(clock.monotonicTimeNanosUnsafe() / 1_000n) / 1_000)
  const time = yield* Ref.make(RedisTime.unknown)
  /** The highest time that was given out here. A better estimate of the time of Redis may be lower. */
  const highest = yield* Ref.make(0)
  const now = Effect.flatMap(Effect.zip(Ref.get(time), elapsed), ([time, elapsed]) => {
    const estimate = RedisTime.at(time, elapsed)
    return estimate === undefined
      ? Effect.succeed(clock.currentTimeMillisUnsafe())
      : Ref.updateAndGet(highest, (known) => Math.max(known, Math.floor(estimate)))
  })

  const connection = yield* Connection.make
  const messages = yield* Queue.unbounded<string>()
  const presenceMessages = yield* Queue.unbounded<string>()
  const changes = yield* Changes.make({ clock: clockKey, connection, messages, keyOf, ttl, elapsed, time })
  const presence = yield* RedisPresence.make({
    connection,
    instance: Writes.newName(),
    keyOf: (code) => `${prefix}presence:${AccessCodes.toKey(code)}`,
    clock: clockKey,
    channel: presenceChannel,
    messages: presenceMessages,
    now
  })
  yield* Pulse.keep(connection, connect, {
    channels: { [channel]: messages, [presenceChannel]: presenceMessages },
    pulse: Effect.all([changes.pulse, presence.pulse], { concurrency: 2, discard: true }),
    probe: connection.sendAnyway((redis) => redis.eval(Scripts.probe)(`${prefix}probe`, [channel, presenceChannel]))
  })
  // Before the connection is closed.
  yield* Effect.addFinalizer(() => presence.flush)
  const { read, write } = Writes.make({ connection, keyOf, ttl, clock: clockKey, channel, now })

  /** One lock for each room that is being changed, so that the changes of this instance do not compete. */
  const locks = yield* RcMap.make({ lookup: (_key: string) => Semaphore.make(1) })
  const oneAtATime =
    (code: AccessCode) =>
    <A, E, R>(change: Effect.Effect<A, E, R>) =>
      Effect.scoped(Effect.flatMap(RcMap.get(locks, keyOf(code)), (lock) => lock.withPermit(change)))

  const create: RoomStore["Service"]["create"] = Effect.fnUntraced(function* (state) {
    const code = state.accessCode
    const deadline = (yield* now) + inTime
    const [outcome, writes, found] = yield* write({ code, expected: "", state: JSON.stringify(state), deadline })
    if (outcome === "late") return yield* Writes.tooLate
    if (outcome === "conflict") yield* Writes.stateOf(code, { writes: writes ?? "", state: found ?? "" })
    return outcome === "done"
  }, reported)

  const get: RoomStore["Service"]["get"] = (code) =>
    Effect.flatMap(read(code), (kept) => Writes.stateOf(code, kept)).pipe(reported)

  const change = Effect.fnUntraced(function* <E>(code: AccessCode, decide: Decision<E>, begunAt: number) {
    if ((yield* elapsed) > begunAt + PATIENCE) return yield* Writes.tooLate
    const deadline = (yield* now) + inTime
    let kept = yield* read(code)
    // It ends when the change is written, refused or too late. When another instance was faster, it decides again.
    for (;;) {
      const found = yield* Writes.stateOf(code, kept)
      if (Option.isNone(found)) return yield* roomNotFound()
      const state = found.value
      const room = yield* Effect.fromResult(decide(state, yield* now))
      if (Option.isSome(room) && room.value === state) return room
      const next = Option.match(room, { onNone: () => "", onSome: (state) => JSON.stringify(state) })
      const expected = Writes.nameOf(kept)
      const [outcome, ...present] = yield* write({ code, expected, state: next, deadline })
      if (outcome === "done") return room
      if (outcome === "late") return yield* Writes.tooLate
      kept = { writes: present[0] ?? "", state: present[1] ?? "" }
    }
  })

  return Context.make(
    RoomStore,
    RoomStore.of({
      create,
      get,
      modify: (code, decide) =>
        Effect.andThen(connection.reachable, elapsed).pipe(
          Effect.flatMap((begunAt) => oneAtATime(code)(change(code, decide, begunAt))),
          reported
        ),
      changes: changes.changes,
      available: connection.healthy,
      now
    })
  ).pipe(
    Context.add(RateLimiter.RateLimiterStore, RateCounters.make(connection, `${prefix}rate:`)),
    Context.add(Presence, {
      announce: presence.announce,
      changes: presence.changes,
      elsewhere: (code) => reported(presence.elsewhere(code))
    })
  )
})
