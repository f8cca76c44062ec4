/**
 * The rooms that are watched here: what is told of them, and what a message that was lost did not tell.
 *
 * Whatever a message says is the truth when it comes. Whatever a room that is read again says is the truth if no message
 * has come since the reading began, even if it is older than what was known: Redis may have lost its newest writes.
 */
import { Effect, Option, Schema } from "effect"
import * as AccessCodes from "../domain/AccessCode.ts"
import { type AccessCode, RoomState } from "../domain/RoomState.ts"
import type { RequestFailed, Send } from "./RedisConnection.ts"
import * as Scripts from "./RedisScripts.ts"
import type { RedisTime } from "./RedisTime.ts"
import type { RoomChange } from "./RoomStore.ts"

/** How many rooms are read again in one request: Redis does nothing else meanwhile. */
const ROOMS_AT_ONCE = 500

/** A watched room lives longer than it takes to be read again, in milliseconds. */
const WATCHED_TTL_LEAST = 10_000

const RENEWAL_MOST = 3_600_000

export interface Options {
  readonly keyOf: (code: AccessCode) => string
  readonly ttl: number
  /** The local monotonic clock, in milliseconds. */
  readonly elapsed: () => number
  readonly time: RedisTime
}

interface Watched {
  readonly code: AccessCode
  /** The name of the write that was heard of last; empty when the room is gone. */
  known: string
  /** Counts the messages. */
  heard: number
  readonly watchers: Set<{ readonly hear: (change: RoomChange) => void }>
}

/** A state as it is kept; none where it is no such thing. */
export const decodeState = Schema.decodeUnknownOption(Schema.fromJsonString(RoomState))

export class RedisWatches {
  readonly #options: Options
  readonly #rooms = new Map<string, Watched>()
  #renewAt = 0

  constructor(options: Options) {
    this.#options = options
  }

  /** What a message about a room begins with. */
  headingOf(code: AccessCode): string {
    return `${AccessCodes.toKey(code)}\n`
  }

  /** Adds one who watches a room, from the moment on when `begin` has succeeded. */
  add(code: AccessCode, hear: (change: RoomChange) => void) {
    const key = AccessCodes.toKey(code)
    const others = this.#rooms.get(key)
    const room: Watched = others ?? { code, known: "", heard: 0, watchers: new Set() }
    this.#rooms.set(key, room)
    const watcher = { hear }
    room.watchers.add(watcher)
    return {
      begin: (send: Send) => (others === undefined ? this.#read(send, [room], true) : Effect.void),
      leave: () => {
        room.watchers.delete(watcher)
        if (room.watchers.size === 0) this.#rooms.delete(key)
      }
    }
  }

  readonly hear = (message: string): void => {
    const heading = message.indexOf("\n")
    const room = this.#rooms.get(message.slice(0, heading))
    if (room === undefined) return
    room.heard++
    this.#take(room, message.slice(heading + 1))
  }

  /** Reads again all that is watched. */
  readonly pulse = (send: Send): Effect.Effect<void, RequestFailed> =>
    Effect.suspend(() => {
      const now = this.#options.elapsed()
      const renews = now >= this.#renewAt
      if (renews) this.#renewAt = now + Math.min(RENEWAL_MOST, this.#options.ttl / 10)
      const rooms = [...this.#rooms.values()]
      const batches = Array.from({ length: Math.ceil(rooms.length / ROOMS_AT_ONCE) || 1 }, (_, index) =>
        rooms.slice(index * ROOMS_AT_ONCE, (index + 1) * ROOMS_AT_ONCE)
      )
      return Effect.forEach(batches, (batch) => this.#read(send, batch, renews), { discard: true })
    })

  #read(send: Send, rooms: ReadonlyArray<Watched>, renews: boolean): Effect.Effect<void, RequestFailed> {
    return Effect.suspend(() => {
      const { elapsed, keyOf, time, ttl } = this.#options
      const heard = rooms.map(({ heard }) => heard)
      const first = rooms.map(({ known }) => known === "")
      const sentAt = elapsed()
      return Effect.map(
        send((redis) =>
          redis.eval(Scripts.reread)(
            rooms.map(({ code, known }) => ({ key: keyOf(code), known })),
            renews ? Math.max(ttl, WATCHED_TTL_LEAST) : 0
          )
        ),
        ([seconds, micros, ...found]) => {
          time.learn(sentAt, elapsed(), seconds * 1_000 + micros / 1_000)
          rooms.forEach((room, index) => {
            const news = found[index] ?? null
            if (news === null || room.heard !== heard[index]) return
            // Where no room was known, this is where the watching begins, and no change.
            if (first[index]) room.known = news.slice(0, Scripts.NAME_LENGTH)
            else this.#take(room, news)
          })
        }
      )
    })
  }

  /** Takes over what is the truth now: the name of the write and the state, or nothing of it. */
  #take(room: Watched, news: string): void {
    const state = news.slice(Scripts.NAME_LENGTH)
    room.known = state === "" ? "" : news.slice(0, Scripts.NAME_LENGTH)
    const change = state === "" ? Option.none() : decodeState(state)
    // Written by a newer release, perhaps; whoever asks for the room is told so.
    if (state !== "" && Option.isNone(change)) return
    for (const { hear } of room.watchers) hear(change)
  }
}
