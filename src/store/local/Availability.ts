/**
 * Whether the rows of a local store can be used, as far as their last use has shown. What is wrong is logged once.
 */
import { Effect, FiberHandle, Ref, Schedule, SubscriptionRef } from "effect"
import { attempt, type Rows, type RowsFailure } from "./Rows.ts"

/** How often rows that failed are tried again when nobody else uses them. */
const PROBE_INTERVAL = "1 second"

/** How often it is checked that the rows are still where they are looked for. */
const VERIFY_INTERVAL = "2 seconds"

/** Returns the availability, true at first, and what to run when a use of the rows has failed or a write has succeeded. */
export const make = Effect.fnUntraced(function* (rows: Rows) {
  const available = yield* SubscriptionRef.make(true)
  /** What was logged since the rows could last be used. */
  const logged = yield* Ref.make<ReadonlySet<string>>(new Set())
  // Empty while the rows can be used: no fiber runs then.
  const probing = yield* FiberHandle.make<void, RowsFailure>()

  const log = Effect.fnUntraced(function* ({ cause, operation }: RowsFailure) {
    const message = messageOf(cause)
    const isNew = yield* Ref.modify(logged, (known) => [!known.has(message), new Set([...known, message])])
    if (isNew) yield* Effect.logError(`the store cannot ${operation}: ${message}`)
  })

  const turnAvailable = Effect.gen(function* () {
    yield* SubscriptionRef.set(available, true)
    yield* Ref.set(logged, new Set())
    yield* Effect.logInfo("the store works again")
  })
  const probe = attempt("write", rows.probe).pipe(
    Effect.tapError(log),
    Effect.retry(Schedule.spaced(PROBE_INTERVAL)),
    Effect.delay(PROBE_INTERVAL),
    Effect.andThen(turnAvailable)
  )
  const failed = Effect.fnUntraced(function* (failure: RowsFailure) {
    yield* log(failure)
    if (!SubscriptionRef.getUnsafe(available)) return
    yield* SubscriptionRef.set(available, false)
    yield* FiberHandle.run(probing, probe)
  }, Effect.uninterruptible)
  const recovered = Effect.andThen(FiberHandle.clear(probing), turnAvailable)

  yield* attempt("go on", rows.verify).pipe(
    Effect.catch(failed),
    Effect.repeat(Schedule.spaced(VERIFY_INTERVAL)),
    Effect.forkScoped
  )

  return {
    available,
    failed,
    succeeded: Effect.suspend(() => (SubscriptionRef.getUnsafe(available) ? Effect.void : recovered))
  }
})

export type Availability = Effect.Success<ReturnType<typeof make>>

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
