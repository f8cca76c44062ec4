/**
 * The rows in which a store of this process keeps its rooms, and the errors that they fail with.
 */
import { Data, Effect } from "effect"
import { StoreUnavailable } from "../../domain/errors.ts"
import type { RoomState } from "../../domain/RoomState.ts"

/** A room as it is kept. */
export interface Row {
  readonly state: RoomState
  /** When it was last changed or watched, in milliseconds since the epoch. */
  readonly touchedAt: number
}

/** Rows by their keys. Every function does its work before it returns, and throws when it cannot. */
export interface Rows {
  /** Returns the row, or undefined where there is none. Throws `DamagedRow` where this one row cannot be read. */
  readonly get: (key: string) => Row | undefined
  readonly put: (key: string, row: Row) => void
  readonly delete: (key: string) => void
  /** Sets when the row was last touched, in milliseconds since the epoch. Does nothing where there is no such row. */
  readonly touch: (key: string, touchedAt: number) => void
  /** Deletes the rows that were last touched at `touchedAt` or before. */
  readonly expire: (touchedAt: number) => void
  /** Reads and writes something small, inside a transaction. Throws as long as the rows cannot be used. */
  readonly probe: () => void
  /** Runs all of `write` or nothing of it. It is durable when this returns. */
  readonly transaction: <A>(write: () => A) => A
}

/** One row cannot be read. The other rows can. */
export class DamagedRow extends Data.TaggedError("DamagedRow")<{ readonly cause: unknown }> {}

/** What was tried with the rows and failed; `cause` is what they threw. */
export class RowsFailure extends Data.TaggedError("RowsFailure")<{
  readonly operation: string
  readonly cause: unknown
}> {}

/** Returns what `run` returns; fails with what it throws. */
export const attempt = <A>(operation: string, run: () => A): Effect.Effect<A, RowsFailure> =>
  Effect.try({ try: run, catch: (cause) => new RowsFailure({ operation, cause }) })

/** Logs a `RowsFailure` for the operator, and fails with what a client can do about it. */
export const reported = <A, E, R>(effect: Effect.Effect<A, E | RowsFailure, R>) =>
  Effect.catchIf(
    effect,
    (error): error is RowsFailure => error instanceof RowsFailure,
    ({ operation, cause }) =>
      Effect.logError(`the store failed to ${operation}`, cause).pipe(
        Effect.andThen(
          new StoreUnavailable({ message: "the store cannot be reached; nothing was changed; try again in a second" })
        )
      )
  )
