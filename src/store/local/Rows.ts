/**
 * The rows in which a store of this process keeps its rooms, and the errors that they fail with.
 */
import { Data, Effect } from "effect"
import { storeAway } from "../../domain/errors.ts"
import type { RoomState } from "../../domain/RoomState.ts"
import { refuse, UnreadableRoom } from "../StoredState.ts"

/** A room as it is kept. */
export interface Row {
  readonly state: RoomState
  /** When it was last changed or watched, in milliseconds since the epoch. */
  readonly touchedAt: number
}

/**
 * Rows by their keys. Every function does its work before it returns, and throws when it cannot. Where only one row is the trouble,
 * it throws `UnreadableRoom`, or `TransactionSpoiled`.
 */
export interface Rows {
  /** Returns the row, or undefined where there is none. */
  readonly get: (key: string) => Row | undefined
  readonly put: (key: string, row: Row) => void
  readonly delete: (key: string) => void
  /** Sets when the row was last touched, in milliseconds since the epoch. Does nothing where there is no such row. */
  readonly touch: (key: string, touchedAt: number) => void
  /** Returns the keys of rows that were last touched at `touchedAt` or before, `atMost` so many. */
  readonly expired: (touchedAt: number, atMost: number) => ReadonlyArray<string>
  /** Deletes the row if it was last touched at `touchedAt` or before. */
  readonly expire: (key: string, touchedAt: number) => void
  /** Returns how many rows there are, expired ones included. */
  readonly count: () => number
  /** Gives back some of the space of deleted rows, outside of a transaction. Returns whether there is more. */
  readonly compact: () => boolean
  /** Throws where a write would be lost, because the rows are no longer where they are looked for. */
  readonly verify: () => void
  /** Reads and writes as much as a new room takes. Throws as long as the rows cannot be used. */
  readonly probe: () => void
  /** Runs all of `write` or nothing of it. It is durable when this returns. */
  readonly transaction: <A>(write: () => A) => A
}

/** The file is damaged where this room is kept. The transaction that came upon it cannot be committed any more. */
export class TransactionSpoiled extends Data.TaggedError("TransactionSpoiled")<{ readonly room: UnreadableRoom }> {}

/** What was tried with the rows and failed; `cause` is what they threw. */
export class RowsFailure extends Data.TaggedError("RowsFailure")<{
  readonly operation: string
  readonly cause: unknown
}> {}

/** Returns what `run` returns; fails with what it throws. */
export const attempt = <A>(operation: string, run: () => A): Effect.Effect<A, RowsFailure> =>
  Effect.try({ try: run, catch: (cause) => new RowsFailure({ operation, cause }) })

/** Fails with what a client can do about a `RowsFailure`. The operator learns of it from `Availability`. */
export const reported = <A, E, R>(effect: Effect.Effect<A, E | RowsFailure, R>) =>
  Effect.catchIf(
    effect,
    (error): error is RowsFailure => error instanceof RowsFailure,
    ({ cause }) => (cause instanceof UnreadableRoom ? refuse(cause) : storeAway())
  )
