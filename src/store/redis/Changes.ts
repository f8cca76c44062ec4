/**
 * The rooms that are watched here: what messages tell of them, and what they show when they are read again, because a
 * message may be lost.
 *
 * A message is the truth when it comes. A room that is read again is the truth if no message has come since the reading
 * began, even if it is older than what was known: a Redis may have lost its newest writes.
 */
import { Effect, Option, RcMap, Ref, Schema, Stream, SubscriptionRef } from "effect"
import * as AccessCodes from "../../domain/AccessCode.ts"
import type { StoreUnavailable } from "../../domain/errors.ts"
import { type AccessCode, RoomState } from "../../domain/RoomState.ts"
import type { RoomChange } from "../RoomStore.ts"
import type { Connection, Send } from "./Connection.ts"
import { reported, RequestFailed } from "./Failures.ts"
import * as RedisTime from "./RedisTime.ts"
import * as Scripts from "./Scripts.ts"

/** How many rooms are read again in one request: Redis does nothing else meanwhile. */
const ROOMS_AT_ONCE = 500

/** A watched room lives longer than it takes to be read again, in milliseconds. */
const WATCHED_TTL_LEAST = 10_000

/** How often watched rooms are kept alive at least, in milliseconds. */
const RENEWAL_MOST = 3_600_000

export interface Options {
  readonly connection: Connection
  readonly keyOf: (code: AccessCode) => string
  readonly ttl: number
  /** The local monotonic clock, in milliseconds. */
  readonly elapsed: Effect.Effect<number>
  readonly time: Ref.Ref<RedisTime.RedisTime>
}

/** What is known of a watched room. */
interface Known {
  /** The name of the last write; empty where there is no room. */
  readonly name: string
  /** Counts the messages. */
  readonly messages: number
}

interface Watched {
  readonly code: AccessCode
  readonly known: Ref.Ref<Known>
  readonly change: SubscriptionRef.SubscriptionRef<RoomChange>
}

/** A state as it is kept; none where it is no such thing. */
export const decodeState = Schema.decodeUnknownOption(Schema.fromJsonString(RoomState))

/** How a message about a room begins. */
export const headingOf = (code: AccessCode): string => `${AccessCodes.toKey(code)}\n`

/** What is refused where a key holds something else than a room. */
export const noRoomAt = (key: string) => new RequestFailed({ kind: "refused", message: `what ${key} holds is no room` })

/** Returns the stream of a room's changes, what is to be done with each message, and what is to be done at each pulse. */
export const make = Effect.fnUntraced(function* ({ connection, elapsed, keyOf, time, ttl }: Options) {
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
    const [{ name }, { room: state }] = [yield* Ref.get(room.known), yield* SubscriptionRef.get(room.change)]
    if (name !== "" && Option.isNone(state)) return yield* noRoomAt(keyOf(code))
    return room
  })

  const rooms = yield* RcMap.make({ lookup: begin })

  const read = Effect.fnUntraced(function* (send: Send, rooms: ReadonlyArray<Watched>, renews: boolean) {
    const before = yield* connection.inOrder(Effect.forEach(rooms, ({ known }) => Ref.get(known)))
    const sentAt = yield* elapsed
    const [seconds, micros, ...found] = yield* send((redis) =>
      redis.eval(Scripts.reread)(
        rooms.map(({ code }, index) => ({ key: keyOf(code), known: before[index]!.name })),
        renews ? Math.max(ttl, WATCHED_TTL_LEAST) : 0
      )
    )
    const receivedAt = yield* elapsed
    yield* Ref.update(time, RedisTime.learn({ sentAt, receivedAt, time: seconds * 1_000 + micros / 1_000 }))
    yield* connection.inOrder(
      Effect.forEach(rooms, (room, index) => compare(room, before[index]!, found[index] ?? null), { discard: true })
    )
  })

  /** Takes over what a room that was read again has shown: null for nothing new. */
  const compare = Effect.fnUntraced(function* (room: Watched, before: Known, news: string | null) {
    const { messages } = yield* Ref.get(room.known)
    if (news !== null && messages === before.messages) yield* learn(room, news)
  })

  /** Takes over what is the truth now: the name of the last write and the state, or empty where there is no room. */
  const learn = Effect.fnUntraced(function* (room: Watched, news: string) {
    const text = news.slice(Scripts.NAME_LENGTH)
    yield* Ref.update(room.known, (known) => ({
      ...known,
      name: text === "" ? "" : news.slice(0, Scripts.NAME_LENGTH)
    }))
    const state = text === "" ? Option.none() : decodeState(text)
    // Where it cannot be read, a newer release may have written it. Whoever asks for the room is told so.
    if (text !== "" && Option.isNone(state)) return
    yield* SubscriptionRef.update(room.change, ({ certain }) => ({ room: state, certain }))
  })

  const hear = Effect.fnUntraced(function* (message: string) {
    const heading = message.indexOf("\n")
    const room = watched.get(message.slice(0, heading))
    if (room === undefined) return
    yield* Ref.update(room.known, ({ messages, name }) => ({ name, messages: messages + 1 }))
    yield* learn(room, message.slice(heading + 1))
  })

  const pulse = Effect.fnUntraced(function* (send: Send) {
    const now = yield* elapsed
    const renews = yield* Ref.modify(renewAt, (at) =>
      now >= at ? [true, now + Math.min(RENEWAL_MOST, ttl / 10)] : [false, at]
    )
    const all = [...watched.values()]
    // The time of Redis is learned where nothing is watched, too.
    const batches = Array.from({ length: Math.ceil(all.length / ROOMS_AT_ONCE) || 1 }, (_, index) =>
      all.slice(index * ROOMS_AT_ONCE, (index + 1) * ROOMS_AT_ONCE)
    )
    yield* Effect.forEach(batches, (batch) => read(send, batch, renews), { discard: true })
  })

  /** Whether Redis is there, told to every room in order with its changes. */
  const tellCertainty = Effect.gen(function* () {
    const certain = yield* SubscriptionRef.get(connection.available)
    for (const { change } of watched.values()) {
      yield* SubscriptionRef.updateSome(change, (known) =>
        known.certain === certain ? Option.none() : Option.some({ ...known, certain })
      )
    }
  })
  yield* Effect.forkScoped(
    Stream.runForEach(SubscriptionRef.changes(connection.available), () => connection.inOrder(tellCertainty))
  )

  const changes = (code: AccessCode): Stream.Stream<RoomChange, StoreUnavailable> =>
    RcMap.get(rooms, AccessCodes.toKey(code) as AccessCode).pipe(
      Effect.map(({ change }) => SubscriptionRef.changes(change)),
      (begun) => Effect.andThen(connection.reachable, begun),
      reported,
      Stream.unwrap
    )

  return { changes, hear, pulse }
})
