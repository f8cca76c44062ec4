/**
 * The rooms that are watched here. Messages tell their changes. Because a message may be lost, the rooms are also read again.
 *
 * A message is always right when it comes. What was read again is right if no message came since the reading began, even if it is
 * older than what was known: a Redis may have lost its newest writes.
 */
import { Array as Arr, Effect, Option, Queue, RcMap, Ref, Result, Semaphore, Stream, SubscriptionRef } from "effect"
import * as AccessCodes from "../../domain/AccessCode.ts"
import type { StoreUnavailable } from "../../domain/errors.ts"
import type { AccessCode } from "../../domain/RoomState.ts"
import type { RoomChange } from "../RoomStore.ts"
import * as StoredState from "../StoredState.ts"
import type { Connection, Send } from "./Connection.ts"
import { reported, type RequestFailed } from "./Failures.ts"
import * as RedisTime from "./RedisTime.ts"
import * as Scripts from "./Scripts.ts"

/** How many rooms are read again in one request. Redis does nothing else during a request. */
const ROOMS_AT_ONCE = 500

/** The shortest life time of a watched room, in milliseconds: longer than the time until it is read again. */
const WATCHED_TTL_LEAST = 10_000

/** The longest time between two renewals of the life time of watched rooms, in milliseconds. */
const RENEWAL_MOST = 3_600_000

export interface Options {
  readonly connection: Connection
  /** The messages about rooms that have come, in their order. */
  readonly messages: Queue.Dequeue<string>
  readonly keyOf: (code: AccessCode) => string
  readonly ttl: number
  /** The key of the clock. */
  readonly clock: string
  /** The local monotonic clock, in milliseconds. */
  readonly elapsed: Effect.Effect<number>
  readonly time: Ref.Ref<RedisTime.RedisTime>
}

/** What is known of a watched room. */
interface Known {
  /** The name of the last write; empty where there is no room. */
  readonly name: string
  /** The number of messages about the room so far. */
  readonly messages: number
  /** Why the room cannot be read, if it cannot. */
  readonly unreadable?: StoredState.UnreadableRoom
}

interface Watched {
  readonly code: AccessCode
  readonly known: Ref.Ref<Known>
  readonly change: SubscriptionRef.SubscriptionRef<RoomChange>
}

/** Returns the beginning of a message about a room. */
export const headingOf = (code: AccessCode): string => `${AccessCodes.toKey(code)}\n`

/** Returns the stream of a room's changes, and what is sent with each pulse. */
export const make = Effect.fnUntraced(function* ({ clock, connection, elapsed, keyOf, messages, time, ttl }: Options) {
  const watched = new Map<string, Watched>()
  const renewAt = yield* Ref.make(0)

  const forget = Effect.fnUntraced(function* (room: Watched) {
    if (watched.get(room.code) === room) watched.delete(room.code)
    yield* Effect.ignore(connection.send((redis) => redis.send("PEXPIRE", keyOf(room.code), `${ttl}`, "GT")))
  })

  const begin = Effect.fnUntraced(function* (code: AccessCode) {
    const room: Watched = {
      code,
      known: yield* Ref.make<Known>({ name: "", messages: 0 }),
      change: yield* SubscriptionRef.make<RoomChange>({ room: Option.none(), certain: true })
    }
    yield* Effect.acquireRelease(
      Effect.sync(() => watched.set(code, room)),
      () => forget(room)
    )
    yield* read(connection.send, [room], true)
    const { unreadable } = yield* Ref.get(room.known)
    return unreadable === undefined ? room : yield* unreadable
  })

  const rooms = yield* RcMap.make({ lookup: begin })

  /** While Redis takes no changes, rooms are read without a renewal of their life time. */
  const read = (send: Send, rooms: ReadonlyArray<Watched>, renews: boolean): Effect.Effect<void, RequestFailed> =>
    readOnce(send, rooms, renews, true).pipe(
      Effect.catchIf(
        ({ kind }) => kind === "unwritable",
        () => readOnce(send, rooms, false, false)
      )
    )

  const readOnce = Effect.fnUntraced(function* (
    send: Send,
    rooms: ReadonlyArray<Watched>,
    renews: boolean,
    keeps: boolean
  ) {
    const before = yield* inOrder(Effect.forEach(rooms, ({ known }) => Ref.get(known)))
    const sentAt = yield* elapsed
    const estimate = RedisTime.estimate(yield* Ref.get(time), sentAt)
    const [seconds, micros, ...found] = yield* send((redis) =>
      redis.eval(Scripts.reread)(
        rooms.map(({ code }, index) => ({ key: keyOf(code), known: before[index]!.name })),
        renews ? Math.max(ttl, WATCHED_TTL_LEAST) : 0,
        { clock, keeps, time: estimate.time * 1_000, tolerance: estimate.tolerance * 1_000 }
      )
    )
    const receivedAt = yield* elapsed
    const trip = { sentAt, receivedAt, time: seconds * 1_000 + micros / 1_000 }
    const jump = RedisTime.jumpOf(yield* Ref.getAndUpdate(time, RedisTime.learn(trip)), trip)
    if (jump > 0) {
      yield* Effect.logWarning(
        `the clock of Redis went forward by ${Math.round(jump / 1_000)} s, and the time in the rooms follows it`
      )
    }
    yield* inOrder(
      Effect.forEach(rooms, (room, index) => compare(room, before[index]!, found[index] ?? null), { discard: true })
    )
  })

  /** Applies what was read again: null for nothing new. */
  const compare = Effect.fnUntraced(function* (room: Watched, before: Known, news: string | null) {
    const { messages } = yield* Ref.get(room.known)
    if (news !== null && messages === before.messages) yield* learn(room, news)
  })

  /** Applies what is right now: the name of the last write and the state, or an empty text if there is no room. */
  const learn = Effect.fnUntraced(function* (room: Watched, news: string) {
    const text = news.slice(Scripts.NAME_LENGTH)
    const state = text === "" ? Result.succeedNone : Result.map(StoredState.decode(room.code, text), Option.some)
    yield* Ref.update(room.known, ({ messages }) => ({
      name: text === "" ? "" : news.slice(0, Scripts.NAME_LENGTH),
      messages,
      ...(Result.isFailure(state) ? { unreadable: state.failure } : {})
    }))
    // A newer release may have written it. A client that asks for the room gets an error that says so.
    if (Result.isFailure(state)) return
    yield* SubscriptionRef.update(room.change, ({ certain }) => ({ room: state.success, certain }))
  })

  const applyMessage = Effect.fnUntraced(function* (message: string) {
    const heading = message.indexOf("\n")
    const room = watched.get(message.slice(0, heading))
    if (room === undefined) return
    yield* Ref.update(room.known, (known) => ({ ...known, messages: known.messages + 1 }))
    yield* learn(room, message.slice(heading + 1))
  })

  const applyMessages = Effect.flatMap(Queue.clear(messages), (arrived) =>
    Effect.forEach(arrived, (message) => Effect.catchCause(applyMessage(message), Effect.logError), { discard: true })
  )
  const applying = yield* Semaphore.make(1)
  /** Applies all messages that have come, and then runs an effect before any other message is applied. */
  const inOrder = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    applying.withPermit(Effect.uninterruptible(Effect.andThen(applyMessages, effect)))
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(Queue.peek(messages), inOrder(Effect.void))))

  const pulse = Effect.gen(function* () {
    const now = yield* elapsed
    const renews = yield* Ref.modify(renewAt, (at) =>
      now >= at ? [true, now + Math.min(RENEWAL_MOST, ttl / 10)] : [false, at]
    )
    const all = [...watched.values()]
    // One batch at least, because it also measures the time of Redis.
    const batches = all.length === 0 ? [[]] : Arr.chunksOf(all, ROOMS_AT_ONCE)
    yield* Effect.forEach(batches, (batch) => read(connection.sendAnyway, batch, renews), { discard: true })
  })

  /** Tells every room whether Redis is there, in order with its changes. */
  const tellCertainty = Effect.gen(function* () {
    const certain = yield* SubscriptionRef.get(connection.isThere)
    for (const { change } of watched.values()) {
      yield* SubscriptionRef.updateSome(change, (known) =>
        known.certain === certain ? Option.none() : Option.some({ ...known, certain })
      )
    }
  })
  yield* Effect.forkScoped(Stream.runForEach(SubscriptionRef.changes(connection.isThere), () => inOrder(tellCertainty)))

  const changes = (code: AccessCode): Stream.Stream<RoomChange, StoreUnavailable> =>
    RcMap.get(rooms, AccessCodes.toKey(code)).pipe(
      Effect.map(({ change }) => SubscriptionRef.changes(change)),
      (begun) => Effect.andThen(connection.reachable, begun),
      reported,
      Stream.unwrap
    )

  return { changes, pulse }
})
