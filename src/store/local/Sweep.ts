/**
 * Deletes expired rooms, and gives back their space. There may be very many of them: each transaction takes a few, and the event
 * loop does its other work in between.
 */
import { Array as Arr, Effect, Exit } from "effect"
import { logUnreadable, UnreadableRoom } from "../StoredState.ts"
import { attempt, type Rows, type RowsFailure } from "./Rows.ts"
import type { Transact } from "./Transactions.ts"

/** How many rows a transaction takes: a few milliseconds. */
const BATCH = 100

export interface Options {
  readonly rows: Rows
  readonly transact: Transact
  /** The rooms that are watched, by their keys. */
  readonly watched: ReadonlyMap<string, unknown>
  /** How long a room is kept, in milliseconds. */
  readonly ttl: number
}

/** Returns an effect that sweeps once. */
export const make = ({ rows, transact, ttl, watched }: Options): Effect.Effect<void, RowsFailure> => {
  /** Writes rows in one transaction, without those that cannot be written. Returns these. */
  const writeBatch = (
    keys: ReadonlyArray<string>,
    write: (key: string, now: number) => void
  ): Effect.Effect<ReadonlyArray<string>, RowsFailure> =>
    transact<ReadonlyArray<string>, never>((now) => {
      for (const key of keys) write(key, now)
      return { exit: Exit.succeed([]) }
    }).pipe(
      Effect.catch((failure) => {
        const { cause } = failure
        if (!(cause instanceof UnreadableRoom)) return Effect.fail(failure)
        const others = keys.filter((key) => key !== cause.key)
        return logUnreadable(cause).pipe(
          Effect.andThen(writeBatch(others, write)),
          Effect.map((unwritten) => [cause.key, ...unwritten])
        )
      }),
      Effect.tap(Effect.yieldNow)
    )

  const touchWatched = Effect.suspend(() => {
    const batches = Arr.chunksOf(watched.keys(), BATCH)
    return Effect.forEach(batches, (batch) => writeBatch(batch, rows.touch), { discard: true })
  })

  /**
   * Deletes what was last touched at `touchedAt` or before. That time does not move while the batches run: a room that is watched
   * or changed meanwhile was not expired then, or its row is a new one.
   */
  const deleteExpired = Effect.fnUntraced(function* (touchedAt: number) {
    const skipped = new Set<string>()
    for (;;) {
      const found = yield* attempt("read", () => rows.expired(touchedAt, BATCH + skipped.size))
      const keys = found.filter((key) => !skipped.has(key))
      if (keys.length === 0) return
      for (const key of keys.filter((key) => watched.has(key))) skipped.add(key)
      const unwritten = yield* writeBatch(keys, (key, now) => {
        if (watched.has(key)) rows.touch(key, now)
        else rows.expire(key, touchedAt)
      })
      for (const key of unwritten) skipped.add(key)
    }
  })

  const giveBack = Effect.repeat(Effect.tap(attempt("compact", rows.compact), Effect.yieldNow), {
    while: (more) => more
  })

  return Effect.gen(function* () {
    yield* touchWatched
    const now = yield* transact<number, never>((now) => ({ exit: Exit.succeed(now) }))
    yield* deleteExpired(now - ttl)
    yield* giveBack
  })
}
