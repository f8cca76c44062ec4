/**
 * What the stores of a single process share: rooms in rows of this process, changes handed over in memory.
 */
import { Clock, Data, Deferred, Duration, Effect, Exit, Option, Queue, Result, Schedule } from "effect"
import * as AccessCodes from "../domain/AccessCode.ts"
import { roomNotFound, type RoomNotFound, StoreUnavailable } from "../domain/errors.ts"
import type { AccessCode, RoomState } from "../domain/RoomState.ts"
import { RoomStore, type Decision, type RoomChange } from "./RoomStore.ts"

/** How long a room is kept that nobody changes or watches. */
export const DEFAULT_TTL: Duration.Duration = Duration.days(7)

const SWEEP_AT_LEAST = 1_000
const SWEEP_AT_MOST = 3_600_000

/** A room as it is kept. */
export interface Row {
  readonly state: RoomState
  /** When it was last changed or watched, in milliseconds since the epoch. */
  readonly touchedAt: number
}

/** Rooms under their keys, read and written at once. What these functions throw makes the store unavailable. */
export interface Rows {
  readonly get: (key: string) => Row | undefined
  readonly put: (key: string, row: Row) => void
  readonly delete: (key: string) => void
  readonly touch: (key: string, touchedAt: number) => void
  /** Deletes what was last touched at `touchedAt` or before. */
  readonly expire: (touchedAt: number) => void
  /** Runs all of `write` or nothing of it; durable when it returns. */
  readonly transaction: <A>(write: () => A) => A
}

/** What the rows threw. */
class StoreFailure extends Data.TaggedError("StoreFailure")<{ readonly operation: string; readonly cause: unknown }> {}

/** One write that waits for its turn: `run` writes its rows, and gives what tells of it after the commit. */
interface Write {
  readonly run: (now: number) => () => void
  readonly fail: (failure: StoreFailure) => void
}

/** One who hears of the changes of a room. */
interface Watcher {
  readonly hear: (change: RoomChange) => void
}

/** What a write comes to, and the change that the watchers of its room hear of. */
interface Outcome<A, E> {
  readonly exit: Exit.Exit<A, E>
  readonly change?: RoomChange
}

/**
 * A `RoomStore` on rows of this process. Writes that come at the same time share a transaction, so that a store that
 * waits for its disk waits once for all of them.
 */
export const make = Effect.fnUntraced(function* (rows: Rows, ttl: Duration.Duration) {
  const ttlMillis = Duration.toMillis(ttl)
  const clock = yield* Clock.Clock
  const nowUnsafe = () => clock.currentTimeMillisUnsafe()
  const writes = yield* Effect.acquireRelease(Queue.unbounded<Write>(), (writes) =>
    Effect.gen(function* () {
      for (const write of yield* Queue.clear(writes)) write.fail(closed())
      yield* Queue.shutdown(writes)
    })
  )
  const watchers = new Map<string, Set<Watcher>>()

  const current = (key: string, now: number): Row | undefined => {
    const row = rows.get(key)
    return row !== undefined && (row.touchedAt + ttlMillis > now || watchers.has(key)) ? row : undefined
  }

  const announce = (key: string, change: RoomChange): void => {
    for (const watcher of watchers.get(key) ?? []) watcher.hear(change)
  }

  const write = <A, E>(code: AccessCode, run: (key: string, now: number) => Outcome<A, E>) =>
    Effect.suspend(() => {
      const key = AccessCodes.toKey(code)
      const done = Deferred.makeUnsafe<A, E | StoreFailure>()
      const taken = Queue.offerUnsafe(writes, {
        run: (now) => {
          const { exit, change } = run(key, now)
          return () => {
            if (change !== undefined) announce(key, change)
            Deferred.doneUnsafe(done, exit)
          }
        },
        fail: (failure) => Deferred.doneUnsafe(done, Exit.fail(failure))
      })
      return taken ? Deferred.await(done) : closed()
    }).pipe(reported)

  const commit = (batch: ReadonlyArray<Write>, now: number) =>
    attempt("write", () => rows.transaction(() => batch.map((write) => runOne(write, now)))).pipe(
      Effect.match({
        onFailure: (failure) => batch.forEach((write) => write.fail(failure)),
        onSuccess: (tellings) => tellings.forEach((tell) => tell())
      })
    )

  yield* Queue.takeAll(writes).pipe(
    Effect.flatMap((batch) => Effect.flatMap(Clock.currentTimeMillis, (now) => commit(batch, now))),
    Effect.forever({ disableYield: true }),
    Effect.forkScoped
  )

  const sweep = Effect.flatMap(Clock.currentTimeMillis, (now) =>
    attempt("expire", () =>
      rows.transaction(() => {
        for (const key of watchers.keys()) rows.touch(key, now)
        rows.expire(now - ttlMillis)
      })
    )
  )
  const sweepEvery = Math.min(SWEEP_AT_MOST, Math.max(SWEEP_AT_LEAST, ttlMillis / 10))
  yield* Effect.ignore(sweep).pipe(Effect.repeat(Schedule.spaced(sweepEvery)), Effect.forkScoped)

  /** Begins to watch a room, as it is now. One that has expired is deleted, or watching would bring it back. */
  const watch = (key: string, watcher: Watcher) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      attempt("read", () => {
        const row = current(key, now)
        if (row === undefined) rows.delete(key)
        watchers.set(key, (watchers.get(key) ?? new Set()).add(watcher))
        return Option.fromUndefinedOr(row?.state)
      })
    ).pipe(reported)

  const unwatch = (key: string, watcher: Watcher) =>
    Effect.gen(function* () {
      const others = watchers.get(key)
      others?.delete(watcher)
      if (others?.size === 0) {
        const now = yield* Clock.currentTimeMillis
        watchers.delete(key)
        yield* Effect.ignore(attempt("touch", () => rows.touch(key, now)))
      }
    })

  return RoomStore.of({
    create: (state) =>
      write<boolean, never>(state.accessCode, (key, now) => {
        const free = current(key, now) === undefined
        if (free) rows.put(key, { state, touchedAt: now })
        return { exit: Exit.succeed(free) }
      }),

    get: (code) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        attempt("read", () => Option.fromUndefinedOr(current(AccessCodes.toKey(code), now)?.state))
      ).pipe(reported),

    modify: <E>(code: AccessCode, decide: Decision<E>) =>
      write<RoomChange, E | RoomNotFound>(code, (key, now) => {
        const row = current(key, now)
        if (row === undefined) return { exit: Exit.fail(roomNotFound()) }
        const decision = decide(row.state, now)
        if (Result.isFailure(decision)) return { exit: Exit.fail(decision.failure) }
        const change = decision.success
        const exit = Exit.succeed(change)
        if (Option.isNone(change)) rows.delete(key)
        else if (change.value === row.state) return { exit }
        else rows.put(key, { state: change.value, touchedAt: now })
        return { exit, change }
      }),

    changes: (code, hear) => {
      const key = AccessCodes.toKey(code)
      const watcher = { hear }
      return Effect.acquireRelease(watch(key, watcher), () => unwatch(key, watcher))
    },

    away: () => Effect.void,

    now: Effect.sync(nowUnsafe),
    nowUnsafe,

    ready: attempt("read", () => void rows.get("")).pipe(reported)
  })
})

const closed = () => new StoreFailure({ operation: "write", cause: "it is closed" })

/** Runs one write of a batch; what it throws is its own failure, the others of the batch go on. */
const runOne = (write: Write, now: number): (() => void) => {
  try {
    return write.run(now)
  } catch (cause) {
    return () => write.fail(new StoreFailure({ operation: "write", cause }))
  }
}

const attempt = <A>(operation: string, run: () => A): Effect.Effect<A, StoreFailure> =>
  Effect.try({ try: run, catch: (cause) => new StoreFailure({ operation, cause }) })

/** The cause is the operator's to read; a client learns what it can do. */
const reported = <A, E>(effect: Effect.Effect<A, E | StoreFailure>) =>
  Effect.catchIf(
    effect,
    (error): error is StoreFailure => error instanceof StoreFailure,
    ({ operation, cause }) =>
      Effect.logError(`the store failed to ${operation}`, cause).pipe(
        Effect.andThen(
          new StoreUnavailable({ message: "the store cannot be reached; nothing was changed; try again in a second" })
        )
      )
  )
