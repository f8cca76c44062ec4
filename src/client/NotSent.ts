/**
 * Finds out whether a request has failed before anything of it was sent. Node says so; a browser tells nobody why a request failed.
 */

/** The name was looked up, or the connection was being made. */
const SYSTEM_CALLS: ReadonlySet<unknown> = new Set(["connect", "getaddrinfo"])

const CODES: ReadonlySet<unknown> = new Set(["ECONNREFUSED", "ENOTFOUND", "UND_ERR_CONNECT_TIMEOUT", "ERR_INVALID_URL"])

/** Returns why nothing was sent, as a short code such as ECONNREFUSED; undefined where something may have been sent. */
export const notSent = (error: unknown): string | undefined => {
  if (!(error instanceof Error)) return undefined
  const { cause, code, syscall } = error as Error & { readonly code?: unknown; readonly syscall?: unknown }
  // It has tried each address of a name. The code is that of the first one.
  const isEach = error instanceof AggregateError && error.errors.length > 0
  if (isEach) return error.errors.every((one) => notSent(one) !== undefined) ? notSent(error.errors[0]) : undefined
  return CODES.has(code) || SYSTEM_CALLS.has(syscall) ? String(code) : notSent(cause)
}
