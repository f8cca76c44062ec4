/**
 * Who watches a room through other instances. A program alone with its store has none; a store that several instances
 * share brings a Presence of its own.
 */
import { Context, Effect, type Scope } from "effect"
import type { StoreUnavailable } from "../domain/errors.ts"
import type { AccessCode } from "../domain/RoomState.ts"

/** Who watches a room, through one instance or through several. */
export interface Attendance {
  readonly connected: number
  /** Whose streams a server has ended a moment ago, and who are expected back. */
  readonly expected: number
  /** Who of those that another instance expects has come back here. */
  readonly returned: number
}

export const NOBODY: Attendance = { connected: 0, expected: 0, returned: 0 }

export const together = (one: Attendance, other: Attendance): Attendance => ({
  connected: one.connected + other.connected,
  expected: one.expected + other.expected,
  returned: one.returned + other.returned
})

/** How many these are: who is expected at one instance and has come back to another is one. */
export const countOf = ({ connected, expected, returned }: Attendance): number =>
  connected + Math.max(0, expected - returned)

export interface Attended {
  /** Who watches the room here. */
  readonly here: () => Attendance
  /** Hears who watches it elsewhere. */
  readonly hear: (elsewhere: Attendance) => void
}

export const Presence = Context.Reference("pairroom/store/Presence", {
  defaultValue: (): {
    /** Counts a room's watchers together until the scope is closed; gives what is to be called when they change here. */
    readonly join: (code: AccessCode, attended: Attended) => Effect.Effect<() => void, never, Scope.Scope>
    /** Who watches a room elsewhere. */
    readonly elsewhere: (code: AccessCode) => Effect.Effect<Attendance, StoreUnavailable>
  } => ({
    join: () => Effect.succeed(() => {}),
    elsewhere: () => Effect.succeed(NOBODY)
  })
})
