/**
 * How requests to Redis fail, and what a client of the service is told then.
 */
import { Data, Effect } from "effect"
import { ClientClosedError, ClientOfflineError, ErrorReply } from "redis"
import { storeAway, StoreUnavailable } from "../../domain/errors.ts"
import { refuse, UnreadableRoom } from "../StoredState.ts"

/** A Redis that cannot be used as it is. The message says why, and what would be right. */
export class RedisUnusable extends Data.TaggedError("RedisUnusable")<{ readonly message: string }> {}

/** What is known about a request that failed. */
export type FailureKind =
  /** It never left. */
  | "unsent"
  /** Redis refused it, and said why. */
  | "refused"
  /** Redis refuses all changes for now, and said why. */
  | "unwritable"
  /** It was sent, and no answer came. */
  | "unanswered"
  /** No answer came to a write, and the room does not show whether it was done. */
  | "unknown"

export class RequestFailed extends Data.TaggedError("RequestFailed")<{
  readonly kind: FailureKind
  readonly message: string
}> {}

export const unsent = (message: string): RequestFailed => new RequestFailed({ kind: "unsent", message })

/** Out of memory, no snapshots or append-only file on the disk, a replica, too few replicas. */
const UNWRITABLE = /^(OOM|MISCONF|READONLY|NOREPLICAS)\b/

/** Redis names the script in which a command was refused. It is the same trouble in every script. */
const SCRIPT = /\s*script: [0-9a-f]{40}.*$/

const kindOf = (cause: unknown, message: string): FailureKind => {
  if (cause instanceof ErrorReply) return UNWRITABLE.test(message) ? "unwritable" : "refused"
  return cause instanceof ClientOfflineError || cause instanceof ClientClosedError ? "unsent" : "unanswered"
}

/** Returns the failure for an error of the library. */
export const failureOf = ({ cause }: { readonly cause: unknown }): RequestFailed => {
  const message = messageOf(cause).replace(SCRIPT, "")
  return new RequestFailed({ kind: kindOf(cause, message), message })
}

const outcomeUnknown = () =>
  new StoreUnavailable({
    message: "the store did not answer; whether the change was made is not known: look before you try again"
  })

/** Returns the first line of an error's message. An error for several attempts to connect has no message; its first error has. */
export const messageOf = (cause: unknown): string => {
  const { message, errors, code } = cause as { message?: string; errors?: ReadonlyArray<unknown>; code?: string }
  return message?.split("\n")[0] || (errors?.[0] === undefined ? (code ?? String(cause)) : messageOf(errors[0]))
}

const isFailure = (error: unknown): error is RequestFailed | UnreadableRoom =>
  error instanceof RequestFailed || error instanceof UnreadableRoom

/** A refusal is for the operator, who can act on it. Why Redis is away, or takes no changes, was logged once when that began. */
const log = ({ kind, message }: RequestFailed) =>
  kind === "refused"
    ? Effect.logError(`Redis refused a request: ${message}`)
    : Effect.logDebug(`a request to Redis failed: ${message}`)

/** Turns a failure into StoreUnavailable. Clients are not told what Redis has said: that is in the log. */
export const reported = <A, E, R>(effect: Effect.Effect<A, E | RequestFailed | UnreadableRoom, R>) =>
  Effect.catchIf(effect, isFailure, (failure) =>
    failure instanceof UnreadableRoom
      ? refuse(failure)
      : Effect.andThen(log(failure), failure.kind === "unknown" ? outcomeUnknown() : storeAway())
  )
