/**
 * Requests to the API. Each has a time limit, and its outcome is a value.
 */
import type { Environment } from "./Environment.ts"
import { notSent } from "./NotSent.ts"

/** How long an answer may take, in milliseconds. */
const ANSWER_MOST = 5_000

/**
 * Why something was not done. `offline`: not connected, nothing was sent; `stale`: the room is no longer as it was
 * shown; `closed`: it is completed; `gone`: no room has this code; `unavailable`: the service cannot do it now, and has
 * not; `refused`: the request was wrong, as `message` says; `unknown`: no answer came, it may have been done or not.
 */
export type Reason = "offline" | "stale" | "closed" | "gone" | "unavailable" | "refused" | "unknown"

export interface Failure {
  readonly ok: false
  readonly reason: Reason
  /** In English, for callers that have no text of their own for the reason. */
  readonly message: string
  /** What was in the way, where the room did not let it be done. */
  readonly conflict?: Conflict
}

export type Result<Success = unknown> = ({ readonly ok: true } & Success) | Failure

/** Did no answer come? */
export const isSilence = ({ reason }: Failure): boolean => reason === "unknown" || reason === "offline"

export const failure = (reason: Reason, message: string): Failure => ({ ok: false, reason, message })

export interface Asked {
  readonly method?: "GET" | "POST" | "PATCH" | "DELETE"
  readonly body?: unknown
  /** The `id` of the state that the command is for. */
  readonly ifMatch?: string | undefined
  /** Called when the answer has arrived, before it is read. */
  readonly onAnswer?: () => void
}

/** Sends a request. `value` is the JSON of the answer, or undefined if it has no body. */
export const ask = async (
  environment: Pick<Environment, "fetch">,
  url: string,
  { body, ifMatch, method = "GET", onAnswer }: Asked = {}
): Promise<Result<{ readonly value: unknown }>> => {
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(), ANSWER_MOST)
  try {
    const response = await environment.fetch(url, {
      method,
      headers: {
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(ifMatch === undefined ? {} : { "if-match": `"${ifMatch}"` })
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      cache: "no-store",
      signal: limit.signal
    })
    onAnswer?.()
    const text = await response.text()
    return response.ok ? { ok: true, value: text === "" ? undefined : JSON.parse(text) } : refusal(response, text)
  } catch (error) {
    const why = notSent(error)
    return why === undefined
      ? failure("unknown", "No answer came; it may have been done or not.")
      : failure("offline", `Not connected (${why}); nothing was sent.`)
  } finally {
    clearTimeout(timer)
  }
}

/** The room is open, and does not let this be done. */
export const CONFLICTS = ["RoomFull", "NameTaken", "TooFewPeople", "NothingToUndo"] as const
export type Conflict = (typeof CONFLICTS)[number]

const REASONS: { readonly [status: number]: Reason } = {
  409: "closed",
  412: "stale",
  408: "unavailable",
  429: "unavailable"
}

const refusal = ({ status }: Response, text: string): Failure => {
  const { _tag, message } = parsed(text)
  const conflict = CONFLICTS.find((tag) => tag === _tag)
  const reason =
    _tag === "RoomNotFound"
      ? "gone"
      : conflict !== undefined
        ? "refused"
        : (REASONS[status] ?? (status >= 500 || _tag === undefined ? "unavailable" : "refused"))
  const refused = failure(reason, message ?? `The service answered with ${status}.`)
  return conflict === undefined ? refused : { ...refused, conflict }
}

const parsed = (text: string): { readonly _tag?: string; readonly message?: string } => {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}
