/**
 * Whether the rows of a local store can be used, as far as their last use has shown.
 */
import { Effect, FiberHandle, Schedule, SubscriptionRef } from "effect"
import { attempt, type Rows, type RowsFailure } from "./Rows.ts"

/** How often rows that failed are tried again when nobody else uses them. */
const PROBE_INTERVAL = "1 second"

/** Returns the availability, true at first, and what to run when a use of the rows has failed or succeeded. */
export const make = Effect.fnUntraced(function* (rows: Rows) {
  const available = yield* SubscriptionRef.make(true)
  // Empty while the rows can be used: no fiber runs then.
  const probing = yield* FiberHandle.make<void, RowsFailure>()

  const probe = attempt("probe", () => rows.transaction(rows.probe)).pipe(
    Effect.retry(Schedule.spaced(PROBE_INTERVAL)),
    Effect.delay(PROBE_INTERVAL),
    Effect.andThen(SubscriptionRef.set(available, true))
  )
  const failed = SubscriptionRef.set(available, false).pipe(
    Effect.andThen(FiberHandle.run(probing, probe)),
    Effect.asVoid,
    Effect.uninterruptible
  )
  const recovered = Effect.andThen(FiberHandle.clear(probing), SubscriptionRef.set(available, true))

  return {
    available,
    failed: Effect.suspend(() => (SubscriptionRef.getUnsafe(available) ? failed : Effect.void)),
    succeeded: Effect.suspend(() => (SubscriptionRef.getUnsafe(available) ? Effect.void : recovered))
  }
})

export type Availability = Effect.Success<ReturnType<typeof make>>
