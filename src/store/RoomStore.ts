/**
 * Where rooms are kept. A command changes a room here, by compare and set. Every Room that is watched, on this instance
 * and on others, learns of it through `changes`.
 *
 * A program may bring a store of its own: it provides this service, and `Presence` if several instances share the store.
 */
import { Context, Duration, type Effect, type Option, type Result, type Stream, type SubscriptionRef } from "effect"
import type { RoomNotFound, StoreUnavailable } from "../domain/errors.ts"
import type { AccessCode, RoomState } from "../domain/RoomState.ts"

/** A room as it was last written; settle it before use. None if there is no such room. */
export type StoredRoom = Option.Option<RoomState>

/** By default a room is deleted when nobody has changed or watched it for this time. */
export const DEFAULT_TTL: Duration.Duration = Duration.days(7)

/** A change of a watched room. */
export interface RoomChange {
  readonly room: StoredRoom
  /** False while the store is away: the room may be in another state by now. */
  readonly certain: boolean
}

/** Returns the new state of a room at `now`, the same value to change nothing, or none to delete the room. */
export type Decision<E> = (state: RoomState, now: number) => Result.Result<StoredRoom, E>

export class RoomStore extends Context.Service<
  RoomStore,
  {
    /** Keeps a new room. Returns false if its access code is taken already. */
    readonly create: (state: RoomState) => Effect.Effect<boolean, StoreUnavailable>

    /** Returns the room as it was last written. */
    readonly get: (code: AccessCode) => Effect.Effect<StoredRoom, StoreUnavailable>

    /**
     * Decides on the present state and writes the decision, with no other write in between. Returns the decision. It is
     * written by then, and durable if the store is.
     */
    readonly modify: <E>(
      code: AccessCode,
      decide: Decision<E>
    ) => Effect.Effect<StoredRoom, E | RoomNotFound | StoreUnavailable>

    /**
     * The changes of a room. The first element is the present value. Then an element comes for each change, in order, and one
     * when the store goes away or comes back. A store that several instances share may skip changes, but the newest one always
     * arrives. Each element is right when it comes, even if it is older than the one before: a store may lose its newest writes.
     * The room does not expire while the stream runs. The stream fails only in place of the first element, and ends with its scope.
     */
    readonly changes: (code: AccessCode) => Stream.Stream<RoomChange, StoreUnavailable>

    /** Can the store be reached, and does it keep what is written? */
    readonly available: SubscriptionRef.SubscriptionRef<boolean>

    /** Returns the time of the store's clock, in milliseconds since the epoch. It is the same on every instance. */
    readonly now: Effect.Effect<number>
  }
>()("pairroom/store/RoomStore") {}
