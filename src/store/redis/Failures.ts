/**
 * How requests to Redis fail, and what a client of the service is told then.
 */
import { Data, Effect } from "effect"
import { ClientClosedError, ClientOfflineError, ErrorReply } from "redis"
import { StoreUnavailable } from "../../domain/errors.ts"

/** A Redis that cannot be used as it is. The message says why, and what would be right. */
export class RedisUnusable extends Data.TaggedError("RedisUnusable")<{ readonly message: string }> {}

/** What is known about a request that failed. */
export type FailureKind =
  /** It never left. */
  | "unsent"
  /** Redis refused it, and said why. */
  | "refused"
  /** It was sent, and no answer came. */
  | "unanswered"
  /** No answer came to a write, and the room does not show whether it was done. */
  | "unknown"

export class RequestFailed extends Data.TaggedError("RequestFailed")<{
  readonly kind: FailureKind
  readonly message: string
}> {}

export const unsent = (message: string): RequestFailed => new RequestFailed({ kind: "unsent", message })

/** Returns the failure for an error of the library. */
export const failureOf = ({ cause }: { readonly cause: unknown }): RequestFailed =>
  new RequestFailed({
    kind:
      cause instanceof ErrorReply
        ? "refused"
        : cause instanceof ClientOfflineError || cause instanceof ClientClosedError
          ? "unsent"
          : "unanswered",
    message: messageOf(cause)
  })

/** Returns the first line of an error's message. An error for several attempts to connect has no message; its first error has. */
export const messageOf = (cause: unknown): string => {
  const { message, errors, code } = cause as { message?: string; errors?: ReadonlyArray<unknown>; code?: string }
  return message?.split("\n")[0] || (errors?.[0] === undefined ? (code ?? String(cause)) : messageOf(errors[0]))
}

/** Turns a failure into StoreUnavailable, for clients. A refusal is also logged, because only an operator can act on it. */
export const reported = <A, E, R>(effect: Effect.Effect<A, E | RequestFailed, R>) =>
  Effect.catchIf(
    effect,
    (error): error is RequestFailed => error instanceof RequestFailed,
    ({ kind, message }) =>
      Effect.andThen(
        kind === "refused" ? Effect.logError(`Redis refused a request: ${message}`) : Effect.void,
        new StoreUnavailable({
          message:
            kind === "unknown"
              ? `the store cannot be reached (${message}); whether the change was made is not known: look before you try again`
              : `the store cannot be reached (${message}); nothing was changed; try again in a second`
        })
      )
  )
