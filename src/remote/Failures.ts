/**
 * What can go wrong between a program and the service, said in the words of the rooms.
 */
import { Duration, Effect } from "effect"
import { HttpClientError } from "effect/http"
import { notSent } from "../client/NotSent.ts"
import { StoreUnavailable } from "../domain/errors.ts"

/** How long an answer may take. */
const ANSWER_MOST = Duration.seconds(10)

interface Failure {
  readonly _tag: string
  readonly message: string
}

/** What is passed on as it is: what the rooms say of themselves, and not what HTTP or a proxy says. */
type Told<E, Tag extends string> = Extract<E, { readonly _tag: Tag }> | StoreUnavailable

/**
 * Passes on the refusals with these tags. Everything else means that the service could not be used: no answer, no answer in
 * time, too many requests, or an answer that is none of Pairroom's.
 */
export const reading = (url: string) => passing(url, () => "")

/** The same for a command. It is told that nothing was sent, or that it may have been done or not. */
export const changing = (url: string) => passing(url, fateOf)

const passing =
  (url: string, fate: (error?: Failure) => string) =>
  <const Tag extends string = never>(...tags: ReadonlyArray<Tag>) =>
  <A, E extends Failure>(effect: Effect.Effect<A, E>): Effect.Effect<A, Told<E, Tag>> =>
    effect.pipe(
      // The types do not see that an error which is passed on has one of the tags.
      Effect.catch((error) =>
        error._tag === "StoreUnavailable" || (tags as ReadonlyArray<string>).includes(error._tag)
          ? Effect.fail(error as Told<E, Tag>)
          : unavailable(url, `${whyOf(error)}${fate(error)}`)
      ),
      Effect.timeoutOrElse({
        duration: ANSWER_MOST,
        orElse: () => unavailable(url, `no answer came in time${fate()}`)
      })
    )

const fateOf = (error?: Failure): string => {
  // Pairroom itself has refused it.
  if (error !== undefined && !HttpClientError.isHttpClientError(error)) return ""
  const isSent = error?.reason._tag !== "TransportError" || notSent(error.reason.cause) === undefined
  return isSent ? "; it may have been done or not" : "; nothing was sent"
}

/** Fails with StoreUnavailable. */
export const unavailable = (url: string, why: string): Effect.Effect<never, StoreUnavailable> =>
  Effect.fail(new StoreUnavailable({ message: `the service at ${url} cannot be used: ${why}` }))

/** Says why a request got no answer, without the path of the room, which is its key. */
export const whyOf = (error: Failure): string => {
  if (!HttpClientError.isHttpClientError(error)) return error.message
  const { reason } = error
  if ("response" in reason) {
    return `it has answered with ${reason.response.status}; is this the address of a Pairroom, without the path of its API?`
  }
  if (reason._tag !== "TransportError") return `${reason._tag}: ${reason.description ?? "another answer was expected"}`
  const { cause } = Object(reason.cause)
  const { code, message } = Object(cause)
  return `no connection (${code ?? message ?? reason.description ?? "for an unknown reason"})`
}
