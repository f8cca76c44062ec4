/**
 * How requests to Redis fail, and what a client of the service is told then.
 */
import { Data, Effect } from "effect"
import { ClientClosedError, ClientOfflineError, ErrorReply } from "redis"
import { StoreUnavailable } from "../../domain/errors.ts"

/** A Redis that cannot be used as it is. The message says why, and what would be right. */
export class RedisUnusable extends Data.TaggedError("RedisUnusable")<{ readonly message: string }> {}

/** What is known of a request that failed. */
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

/** What the library threw, as a failure of ours. */
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

/** The first line of what an error says. One that stands for several attempts to connect says nothing itself. */
export const messageOf = (cause: unknown): string => {
  const { message, errors, code } = cause as { message?: string; errors?: ReadonlyArray<unknown>; code?: string }
  return message?.split("\n")[0] || (errors?.[0] === undefined ? (code ?? String(cause)) : messageOf(errors[0]))
}

/** Fails with what a client can do about it. A refusal is logged, for only an operator can do something about that. */
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
