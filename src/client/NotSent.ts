/**
 * Finds out whether a request has failed before anything of it was sent. Node says so; a browser tells nobody why a request failed.
 */

/** A system call that looks a name up or makes a connection, or a code of what was wrong with one of them. */
const UNSENT = /^(connect|getaddrinfo|ECONNREFUSED|ENOTFOUND|UND_ERR_CONNECT_TIMEOUT|ERR_INVALID_URL)$/

interface SystemError extends Error {
  readonly code?: unknown
  readonly syscall?: unknown
  /** Of each address of a name, if several were tried. The code is that of the first one. */
  readonly errors?: ReadonlyArray<unknown>
}

/** Returns why nothing was sent, as a short code such as ECONNREFUSED; undefined where something may have been sent. */
export const notSent = (error: unknown): string | undefined => {
  if (!(error instanceof Error)) return undefined
  const { cause, code, errors = [], syscall }: SystemError = error
  if (errors.length > 0) return errors.every((one) => notSent(one)) ? notSent(errors[0]) : undefined
  return UNSENT.test(`${code}`) || UNSENT.test(`${syscall}`) ? `${code}` : notSent(cause)
}
