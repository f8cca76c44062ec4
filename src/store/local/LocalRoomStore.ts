/**
 * What the stores of a single process share: rooms in rows of this process, changes handed over in memory.
 *
 * Nobody else writes these rows, so what a subscription knows of its room is certain even while they cannot be written.
 */
import { Duration, Effect, Exit, Option, Queue, Result, Schedule, Stream } from "effect"
import * as AccessCodes from "../../domain/AccessCode.ts"
import { roomNotFound, type RoomNotFound } from "../../domain/errors.ts"
import type { AccessCode } from "../../domain/RoomState.ts"
import { RoomStore, type Decision, type RoomChange, type StoredRoom } from "../RoomStore.ts"
import { UnreadableRoom } from "../StoredState.ts"
import * as Availability from "./Availability.ts"
import { attempt, reported, type Row, type Rows, type RowsFailure } from "./Rows.ts"
import * as Count from "./Count.ts"
import * as StoreTime from "./StoreTime.ts"
import type { Subscription, Subscriptions } from "./Subscriptions.ts"
import * as Sweep from "./Sweep.ts"
import * as Transactions from "./Transactions.ts"

/** How often expired rooms are looked for, in milliseconds: a tenth of the ttl within these bounds. */
const SWEEP_AT_LEAST = 1_000
const SWEEP_AT_MOST = 3_600_000

/** Returns a `RoomStore` on `rows`, in which a room is kept for `ttl` when nobody changes or watches it. */
export const make = Effect.fnUntraced(function* (rows: Rows, ttl: Duration.Duration) {
  const ttlMillis = Duration.toMillis(ttl)
  const availability = yield* Availability.make(rows)
  const now = yield* StoreTime.make
  const subscriptions: Subscriptions = new Map()
  const transact = yield* Transactions.make({ rows, availability, subscriptions, now })
  yield* Count.observe(rows)

  const isKept = (key: string, row: Row, now: number) => row.touchedAt + ttlMillis > now || subscriptions.has(key)

  const current = (key: string, now: number): Row | undefined => {
    const row = rows.get(key)
    return row !== undefined && isKept(key, row, now) ? row : undefined
  }

  /** Reads rows, now in milliseconds since the epoch. Only what fails for every row makes the store unavailable. */
  const read = <A>(run: (now: number) => A) =>
    Effect.flatMap(now, (now) => attempt("read", () => run(now))).pipe(
      Effect.tapError((failure) =>
        failure.cause instanceof UnreadableRoom ? Effect.void : availability.failed(failure)
      )
    )

  const sweep = Sweep.make({ rows, transact, watched: subscriptions, ttl: ttlMillis })
  const sweepEvery = Math.min(SWEEP_AT_MOST, Math.max(SWEEP_AT_LEAST, ttlMillis / 10))
  yield* Effect.ignore(sweep).pipe(Effect.repeat(Schedule.spaced(sweepEvery)), Effect.forkScoped)

  /**
   * Reads the room and subscribes to its changes in one step, so that no change comes in between. A room that has expired is deleted
   * first: a room that is watched counts as kept, so it would come back.
   */
  const begin = (key: string, subscription: Subscription): Effect.Effect<void, RowsFailure> =>
    read((now) => {
      const row = rows.get(key)
      if (row !== undefined && !isKept(key, row, now)) return false
      subscriptions.set(key, (subscriptions.get(key) ?? new Set()).add(subscription))
      Queue.offerUnsafe(subscription, { room: Option.fromUndefinedOr(row?.state), certain: true })
      return true
    }).pipe(Effect.flatMap((begun) => (begun ? Effect.void : Effect.andThen(expire(key), begin(key, subscription)))))

  const expire = (key: string) =>
    transact<void, never>((now) => ({
      exit: subscriptions.has(key) ? Exit.void : Exit.succeed(rows.expire(key, now - ttlMillis))
    }))

  const end = Effect.fnUntraced(function* (key: string, subscription: Subscription) {
    const ofRoom = subscriptions.get(key)
    ofRoom?.delete(subscription)
    if (ofRoom?.size !== 0) return
    // From now on the room expires. Until that is written it counts as watched.
    yield* Effect.ignore(transact((now) => ({ exit: Exit.succeed(rows.touch(key, now)) })))
    if (ofRoom.size === 0 && subscriptions.get(key) === ofRoom) subscriptions.delete(key)
  })

  const subscribe = Effect.fnUntraced(function* (key: string) {
    const subscription = yield* Queue.unbounded<RoomChange>()
    yield* Effect.acquireRelease(begin(key, subscription), () => end(key, subscription))
    return Stream.fromQueue(subscription)
  }, reported)

  return RoomStore.of({
    create: (state) =>
      transact<boolean, never>((now) => {
        const key = AccessCodes.toKey(state.accessCode)
        if (current(key, now) !== undefined) return { exit: Exit.succeed(false) }
        rows.put(key, { state, touchedAt: now })
        return { exit: Exit.succeed(true), written: { key, room: Option.some(state) } }
      }).pipe(reported),

    get: (code) => read((now) => Option.fromUndefinedOr(current(AccessCodes.toKey(code), now)?.state)).pipe(reported),

    modify: <E>(code: AccessCode, decide: Decision<E>) =>
      transact<StoredRoom, E | RoomNotFound>((now) => {
        const key = AccessCodes.toKey(code)
        const row = current(key, now)
        if (row === undefined) return { exit: Exit.fail(roomNotFound()) }
        const decided = Result.try(() => decide(row.state, now))
        if (Result.isFailure(decided)) return { exit: Exit.die(decided.failure) }
        const decision = decided.success
        if (Result.isFailure(decision)) return { exit: Exit.fail(decision.failure) }
        const room = decision.success
        const exit = Exit.succeed(room)
        if (Option.isNone(room)) rows.delete(key)
        else if (room.value === row.state) return { exit }
        else rows.put(key, { state: room.value, touchedAt: now })
        return { exit, written: { key, room } }
      }).pipe(reported),

    changes: (code) => Stream.unwrap(subscribe(AccessCodes.toKey(code))),

    available: availability.available,

    now
  })
})
