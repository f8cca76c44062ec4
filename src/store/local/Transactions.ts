/**
 * Writes that come at the same time share one transaction, so that a store that waits for its disk waits once for all of
 * them.
 */
import { Data, Deferred, Effect, Exit, Queue, type Scope } from "effect"
import type { Availability } from "./Availability.ts"
import { UnreadableRoom } from "../StoredState.ts"
import { attempt, type Rows, RowsFailure, TransactionSpoiled } from "./Rows.ts"

/** What a write came to. */
export interface Outcome<A, E> {
  readonly exit: Exit.Exit<A, E>
  /** Run once the transaction is durable, before the one who wrote goes on. Where there is one, something was written. */
  readonly onCommit?: () => void
}

/** Writes rows at `now` (milliseconds since the epoch), inside a transaction. */
export type Write<A, E> = (now: number) => Outcome<A, E>

/** Runs a write in the next transaction, and returns its outcome once it is durable. */
export type Transact = <A, E>(write: Write<A, E>) => Effect.Effect<A, E | RowsFailure>

/** What is left to do after the commit. */
interface Done {
  readonly hasWritten: boolean
  readonly finish: () => void
}

/** A write in the queue: `run` gives what is to be done after the commit, `fail` what is to be done if there is none. */
interface Queued {
  readonly run: (now: number) => Done
  readonly fail: (failure: RowsFailure) => void
}

/** The write of a batch at this place has thrown, and the whole batch was rolled back. */
class WriteThrew extends Data.TaggedError("WriteThrew")<{ readonly index: number; readonly cause: unknown }> {}

/**
 * Returns a function that runs a write in the next transaction, and that returns its outcome once it is durable. It fails
 * with `RowsFailure` when the write or its transaction fails, and after the scope was closed.
 */
export const make = Effect.fnUntraced(function* (
  rows: Rows,
  availability: Availability,
  now: Effect.Effect<number>
): Effect.fn.Return<Transact, never, Scope.Scope> {
  const queue = yield* Effect.acquireRelease(Queue.unbounded<Queued>(), (queue) =>
    Effect.gen(function* () {
      for (const { fail } of yield* Queue.clear(queue)) fail(closed())
      yield* Queue.shutdown(queue)
    })
  )

  const commit = Effect.fnUntraced(function* (batch: ReadonlyArray<Queued>): Effect.fn.Return<void> {
    if (batch.length === 0) return
    const time = yield* now
    yield* attempt("write", () => rows.transaction(() => batch.map((write, index) => runOne(write, index, time)))).pipe(
      Effect.matchEffect({
        onFailure: ({ cause }) => {
          if (!(cause instanceof WriteThrew)) return failAll(batch, failureOf(cause))
          return cause.cause instanceof TransactionSpoiled
            ? commitAround(batch, cause.index, cause.cause.room)
            : failAll(batch, failureOf(cause.cause))
        },
        onSuccess: (done) =>
          Effect.map(done.some(({ hasWritten }) => hasWritten) ? availability.succeeded : Effect.void, () => {
            for (const { finish } of done) finish()
          })
      })
    )
  }, Effect.uninterruptible)

  /** A damaged room is the trouble of the one who writes it: what comes before and after it is written without it. */
  const commitAround = Effect.fnUntraced(function* (batch: ReadonlyArray<Queued>, index: number, room: UnreadableRoom) {
    yield* commit(batch.slice(0, index))
    batch[index]?.fail(failureOf(room))
    yield* Effect.yieldNow
    yield* commit(batch.slice(index + 1))
  })

  const failAll = (batch: ReadonlyArray<Queued>, failure: RowsFailure) =>
    Effect.map(availability.failed(failure), () => {
      for (const write of batch) write.fail(failure)
    })

  yield* Queue.takeAll(queue).pipe(Effect.flatMap(commit), Effect.forever({ disableYield: true }), Effect.forkScoped)

  return <A, E>(write: Write<A, E>) =>
    Effect.suspend(() => {
      const done = Deferred.makeUnsafe<A, E | RowsFailure>()
      const queued = Queue.offerUnsafe(queue, {
        run: (now) => {
          const { exit, onCommit } = write(now)
          return {
            hasWritten: onCommit !== undefined,
            finish: () => {
              onCommit?.()
              Deferred.doneUnsafe(done, exit)
            }
          }
        },
        fail: (failure) => Deferred.doneUnsafe(done, Exit.fail(failure))
      })
      return queued ? Deferred.await(done) : closed()
    })
})

const failureOf = (cause: unknown) => new RowsFailure({ operation: "write", cause })

const closed = () => failureOf("it is closed")

/** Runs one write of a batch. If it finds a room that cannot be read, nothing was written, and the others of the batch go on. */
const runOne = (write: Queued, index: number, now: number): Done => {
  try {
    return write.run(now)
  } catch (cause) {
    if (!(cause instanceof UnreadableRoom)) throw new WriteThrew({ index, cause })
    return { hasWritten: false, finish: () => write.fail(failureOf(cause)) }
  }
}
