/**
 * Commands: what a person does to a room. A command takes the settled state and returns the next one, or the same value if there
 * is nothing to do.
 */
import { Result } from "effect"
import { settle } from "./Settle.ts"
import { RoomClosed, Stale } from "./errors.ts"
import { shown } from "./BadInput.ts"
import { type ChangeKind, type Moment, remember, type RoomState } from "./RoomState.ts"

/** For how long a command can be undone, in milliseconds. */
const UNDO_TIME = 30_000

const UNDOABLE: ReadonlySet<ChangeKind> = new Set([
  "update",
  "reset",
  "swap",
  "complete",
  "next",
  "extend",
  "break",
  "people",
  "settings"
])

/** The condition of `If-Match`: any state, or one of these ids. */
export type Condition = "*" | ReadonlyArray<string>

/** Something that a person does to a room. It may be refused with `E`, besides what every command may be refused with. */
export interface Command<E = never> {
  /** Its name in refusals. */
  readonly name: string
  /** Is it allowed in a completed room? By default it is not. */
  readonly whenCompleted?: boolean
  /** Refuses what was asked for if it does not fit this room, completed or not. */
  readonly check?: (settled: RoomState) => E | undefined
  /** Refuses the command in the present state of the room. */
  readonly conflict?: (settled: RoomState, moment: Moment) => E | undefined
  readonly run: (settled: RoomState, moment: Moment, conditional: boolean) => RoomState
}

/**
 * Applies a command to the state in the store. It refuses in the order of the contract: what is not there or does not fit, a
 * closed room and other conflicts, then a stale condition. If there is nothing to do, it returns the same state.
 */
export const apply = <E = never>(
  command: Command<E>,
  state: RoomState,
  moment: Moment,
  condition?: Condition
): Result.Result<RoomState, E | RoomClosed | Stale> => {
  const settled = settle(state, moment.now)
  const refusal = command.check?.(settled) ?? closed(command, settled) ?? command.conflict?.(settled, moment)
  return refusal === undefined
    ? Result.map(matching(settled, condition), () => {
        const next = command.run(settled, moment, condition !== undefined)
        return next === settled ? state : next
      })
    : Result.fail(refusal)
}

const closed = (command: Command<unknown>, settled: RoomState): RoomClosed | undefined =>
  settled.status === "COMPLETED" && command.whenCompleted !== true
    ? new RoomClosed({ message: `status: the room is COMPLETED; ${command.name} is allowed only while IN_PROGRESS` })
    : undefined

/** Fails with Stale if the condition names another state than this one. */
export const matching = (settled: RoomState, condition?: Condition): Result.Result<RoomState, Stale> =>
  condition === undefined || condition === "*" || condition.includes(settled.id)
    ? Result.succeed(settled)
    : Result.fail(
        new Stale({
          message: `If-Match: expected the room's current id "${settled.id}", got ${shown(condition.join(", "))}`
        })
      )

/** Returns the state after a command of this kind. Any change acknowledges the last finish. */
export const changed = (
  state: RoomState,
  { by = null, nonce, now }: Moment,
  change: ChangeKind,
  fields: Partial<RoomState>
): RoomState => {
  const next = { ...state, ...fields }
  return {
    ...next,
    id: nonce,
    previousId: state.id,
    command: { id: nonce, at: now },
    computed: 0,
    startsComputed: 0,
    change,
    by,
    changedAt: now,
    acknowledgedAt: next.finishedAt === null ? null : (next.acknowledgedAt ?? now),
    before: UNDOABLE.has(change) ? remember(state, next.log) : finishKept(state, change)
  }
}

/** After a finish that was only acknowledged, the finish can still be taken back. */
const finishKept = (state: RoomState, change: ChangeKind) =>
  change === "ack" && state.change === "finish" ? state.before : null

/** Returns until when the last command can be undone, in milliseconds since the epoch; null if it cannot. */
export const undoUntilOf = ({ before, change, changedAt }: RoomState): number | null =>
  before !== null && UNDOABLE.has(change) ? changedAt + UNDO_TIME : null
