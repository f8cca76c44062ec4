/**
 * Writes that come at the same time share one transaction, so that a store that waits for its disk waits once for all of
 * them.
 */
import { Clock, Deferred, Effect, Exit, Queue, type Scope } from "effect"
import type { Availability } from "./Availability.ts"
import { attempt, type Rows, RowsFailure } from "./Rows.ts"

/** What a write came to. */
export interface Outcome<A, E> {
  readonly exit: Exit.Exit<A, E>
  /** Run once the transaction is durable, before the one who wrote goes on. */
  readonly onCommit?: () => void
}

/** Writes rows at `now` (milliseconds since the epoch), inside a transaction. */
export type Write<A, E> = (now: number) => Outcome<A, E>

/** A write in the queue: `run` gives what is to be done after the commit, `fail` what is to be done if there is none. */
interface Queued {
  readonly run: (now: number) => () => void
  readonly fail: (failure: RowsFailure) => void
}

/**
 * Returns a function that runs a write in the next transaction, and that returns its outcome once it is durable. It fails
 * with `RowsFailure` when the write or its transaction fails, and after the scope was closed.
 */
export const make = Effect.fnUntraced(function* (
  rows: Rows,
  availability: Availability
): Effect.fn.Return<<A, E>(write: Write<A, E>) => Effect.Effect<A, E | RowsFailure>, never, Scope.Scope> {
  const queue = yield* Effect.acquireRelease(Queue.unbounded<Queued>(), (queue) =>
    Effect.gen(function* () {
      for (const { fail } of yield* Queue.clear(queue)) fail(closed())
      yield* Queue.shutdown(queue)
    })
  )

  const commit = Effect.fnUntraced(function* (batch: ReadonlyArray<Queued>) {
    const now = yield* Clock.currentTimeMillis
    yield* attempt("write", () => rows.transaction(() => batch.map((write) => runOne(write, now)))).pipe(
      Effect.matchEffect({
        onFailure: (failure) =>
          Effect.map(availability.failed, () => {
            for (const write of batch) write.fail(failure)
          }),
        onSuccess: (afterCommit) =>
          Effect.map(availability.succeeded, () => {
            for (const run of afterCommit) run()
          })
      })
    )
  }, Effect.uninterruptible)

  yield* Queue.takeAll(queue).pipe(Effect.flatMap(commit), Effect.forever({ disableYield: true }), Effect.forkScoped)

  return <A, E>(write: Write<A, E>) =>
    Effect.suspend(() => {
      const done = Deferred.makeUnsafe<A, E | RowsFailure>()
      const queued = Queue.offerUnsafe(queue, {
        run: (now) => {
          const { exit, onCommit } = write(now)
          return () => {
            onCommit?.()
            Deferred.doneUnsafe(done, exit)
          }
        },
        fail: (failure) => Deferred.doneUnsafe(done, Exit.fail(failure))
      })
      return queued ? Deferred.await(done) : closed()
    })
})

const closed = () => new RowsFailure({ operation: "write", cause: "it is closed" })

/** Runs one write of a batch. What it throws is its own failure; the others of the batch go on. */
const runOne = (write: Queued, now: number): (() => void) => {
  try {
    return write.run(now)
  } catch (cause) {
    return () => write.fail(new RowsFailure({ operation: "write", cause }))
  }
}
