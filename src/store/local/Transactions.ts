/**
 * Writes that come at the same time share one transaction, so that a store that waits for its disk waits once for all of
 * them.
 */
import { Data, Deferred, Effect, Exit, Queue, type Scope } from "effect"
import type { Availability } from "./Availability.ts"
import { UnreadableRoom } from "../StoredState.ts"
import { attempt, type Rows, RowsFailure, TransactionSpoiled } from "./Rows.ts"
import { publish, type Subscriptions, type Written } from "./Subscriptions.ts"

/** What a write came to. */
export interface Outcome<A, E> {
  readonly exit: Exit.Exit<A, E>
  /** The room that was written, if one was. Those who follow it are told once the transaction is durable. */
  readonly written?: Written
}

/**
 * Writes rows at `now` (milliseconds since the epoch), inside a transaction. It is a function and no effect, because a transaction is
 * over before anything else runs.
 */
export type Write<A, E> = (now: number) => Outcome<A, E>

/** Runs a write in the next transaction, and returns its outcome once it is durable. */
export type Transact = <A, E>(write: Write<A, E>) => Effect.Effect<A, E | RowsFailure>

/** A write that waits for its transaction, and the one who waits for its outcome. */
interface Queued {
  readonly write: Write<unknown, unknown>
  readonly done: Deferred.Deferred<unknown, unknown>
}

/** The write of a batch at this place has thrown, and the whole batch was rolled back. */
class WriteThrew extends Data.TaggedError("WriteThrew")<{ readonly index: number; readonly cause: unknown }> {}

export interface Options {
  readonly rows: Rows
  readonly availability: Availability
  readonly subscriptions: Subscriptions
  readonly now: Effect.Effect<number>
}

/**
 * Returns a function that runs a write in the next transaction, and that returns its outcome once it is durable. Whoever follows the
 * room learns of it before that. It fails with `RowsFailure` when the write or its transaction fails, and after the scope was closed.
 */
export const make = Effect.fnUntraced(function* ({
  availability,
  now,
  rows,
  subscriptions
}: Options): Effect.fn.Return<Transact, never, Scope.Scope> {
  const queue = yield* Effect.acquireRelease(Queue.unbounded<Queued>(), (queue) =>
    Effect.gen(function* () {
      for (const { done } of yield* Queue.clear(queue)) yield* Deferred.fail(done, closed())
      yield* Queue.shutdown(queue)
    })
  )

  const commit = Effect.fnUntraced(function* (batch: ReadonlyArray<Queued>): Effect.fn.Return<void> {
    if (batch.length === 0) return
    const time = yield* now
    yield* attempt("write", () =>
      rows.transaction(() => batch.map(({ write }, index) => runOne(write, index, time)))
    ).pipe(
      Effect.matchEffect({
        onFailure: ({ cause }) => {
          if (!(cause instanceof WriteThrew)) return failAll(batch, failureOf(cause))
          return cause.cause instanceof TransactionSpoiled
            ? commitAround(batch, cause.index, cause.cause.room)
            : failAll(batch, failureOf(cause.cause))
        },
        onSuccess: (outcomes) =>
          Effect.map(outcomes.some(({ written }) => written !== undefined) ? availability.succeeded : Effect.void, () =>
            outcomes.forEach(({ exit, written }, index) => {
              if (written !== undefined) publish(subscriptions, written)
              Deferred.doneUnsafe(batch[index]!.done, exit)
            })
          )
      })
    )
  }, Effect.uninterruptible)

  /** A damaged room is the trouble of the one who writes it: what comes before and after it is written without it. */
  const commitAround = Effect.fnUntraced(function* (batch: ReadonlyArray<Queued>, index: number, room: UnreadableRoom) {
    yield* commit(batch.slice(0, index))
    yield* Deferred.fail(batch[index]!.done, failureOf(room))
    yield* Effect.yieldNow
    yield* commit(batch.slice(index + 1))
  })

  const failAll = (batch: ReadonlyArray<Queued>, failure: RowsFailure) =>
    Effect.andThen(
      availability.failed(failure),
      Effect.forEach(batch, ({ done }) => Deferred.fail(done, failure), { discard: true })
    )

  yield* Queue.takeAll(queue).pipe(Effect.flatMap(commit), Effect.forever({ disableYield: true }), Effect.forkScoped)

  return <A, E>(write: Write<A, E>) =>
    Effect.suspend(() => {
      const done = Deferred.makeUnsafe<unknown, unknown>()
      // What it is done with comes from this write, or is a RowsFailure.
      const outcome = Deferred.await(done) as Effect.Effect<A, E | RowsFailure>
      return Queue.offerUnsafe(queue, { write, done }) ? outcome : closed()
    })
})

const failureOf = (cause: unknown) => new RowsFailure({ operation: "write", cause })

const closed = () => failureOf("it is closed")

/** Runs one write of a batch. If it finds a room that cannot be read, nothing was written, and the others of the batch go on. */
const runOne = (write: Write<unknown, unknown>, index: number, now: number): Outcome<unknown, unknown> => {
  try {
    return write(now)
  } catch (cause) {
    if (!(cause instanceof UnreadableRoom)) throw new WriteThrew({ index, cause })
    return { exit: Exit.fail(failureOf(cause)) }
  }
}
