/**
 * Who watches a room through other instances. By default there are no other instances. A store that several instances share
 * provides its own Presence.
 */
import { Context, Effect, Stream } from "effect"
import type { StoreUnavailable } from "../domain/errors.ts"
import type { AccessCode } from "../domain/RoomState.ts"

/** How many clients watch a room, through one instance or several. */
export interface Attendance {
  readonly connected: number
  /** Clients whose stream an instance has just ended, and which are expected back. */
  readonly expected: number
  /** Clients that another instance expects, and which have come back here. */
  readonly returned: number
  /** The names under which clients are connected or expected back, each once. */
  readonly names: ReadonlyArray<string>
}

export const NOBODY: Attendance = { connected: 0, expected: 0, returned: 0, names: [] }

export const together = (one: Attendance, other: Attendance): Attendance => ({
  connected: one.connected + other.connected,
  expected: one.expected + other.expected,
  returned: one.returned + other.returned,
  names: [...new Set([...one.names, ...other.names])]
})

/** Returns the number of clients. One that is expected at one instance and has come back to another counts once. */
export const countOf = ({ connected, expected, returned }: Omit<Attendance, "names">): number =>
  connected + Math.max(0, expected - returned)

export const Presence = Context.Reference("pairroom/store/Presence", {
  defaultValue: (): {
    /**
     * Tells the other instances how many clients watch the room here. This replaces what it told before. It is valid as long as
     * this instance lives and somebody is connected. Expected clients are counted for 10 s.
     */
    readonly announce: (code: AccessCode, here: Attendance) => Effect.Effect<void>
    /** The attendance on the other instances: first the present one, then each change. Ends with its scope. */
    readonly changes: (code: AccessCode) => Stream.Stream<Attendance>
    /** Returns the present attendance on the other instances. */
    readonly elsewhere: (code: AccessCode) => Effect.Effect<Attendance, StoreUnavailable>
  } => ({
    announce: () => Effect.void,
    changes: () => Stream.empty,
    elsewhere: () => Effect.succeed(NOBODY)
  })
})
