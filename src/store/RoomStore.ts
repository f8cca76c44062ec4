/**
 * Where rooms are kept. A command changes a room here, by compare and set, and every Room that is watched, on this
 * instance and on others, hears of it through `changes`.
 */
import { Context, type Effect, type Option, type Result, type Scope } from "effect"
import type { RoomNotFound, StoreUnavailable } from "../domain/errors.ts"
import type { AccessCode, RoomState } from "../domain/RoomState.ts"

/** The new state of a room, or none when it was deleted. */
export type RoomChange = Option.Option<RoomState>

/** What is to become of a room: another state, the same value for nothing to do, or none to delete it. */
export type Decision<E> = (state: RoomState, now: number) => Result.Result<RoomChange, E>

export class RoomStore extends Context.Service<
  RoomStore,
  {
    /** Keeps a new room; false where its access code is taken already. */
    readonly create: (state: RoomState) => Effect.Effect<boolean, StoreUnavailable>

    /** The room as it was written last: settle it before use. */
    readonly get: (code: AccessCode) => Effect.Effect<Option.Option<RoomState>, StoreUnavailable>

    /**
     * Decides on the current state and writes what was decided, with nothing in between, and gives the outcome. It is
     * durable, as far as the store is, when this returns.
     */
    readonly modify: <E>(
      code: AccessCode,
      decide: Decision<E>
    ) => Effect.Effect<RoomChange, E | RoomNotFound | StoreUnavailable>

    /**
     * Calls `hear` with every change of a room from the moment this returns, in order, until the scope is closed. What it
     * is called with is the truth then, even if it is older than what was heard before: a store may lose its newest
     * writes. A room that is watched so does not expire. Gives the room as it was written last, as `get` does: what has
     * been heard by then is the same, or newer.
     */
    readonly changes: (
      code: AccessCode,
      hear: (change: RoomChange) => void
    ) => Effect.Effect<RoomChange, StoreUnavailable, Scope.Scope>

    /**
     * Calls `hear` with true when the store goes away, and with false when it is back and what was missed has been
     * heard, until the scope is closed.
     */
    readonly away: (hear: (away: boolean) => void) => Effect.Effect<void, never, Scope.Scope>

    /** The time by the store's clock, in milliseconds since the epoch: the same on every instance. */
    readonly now: Effect.Effect<number>

    /** The same, for plain functions. */
    readonly nowUnsafe: () => number

    /** Succeeds when the store can be reached. */
    readonly ready: Effect.Effect<void, StoreUnavailable>
  }
>()("pairroom/store/RoomStore") {}
