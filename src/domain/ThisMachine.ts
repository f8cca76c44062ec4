/**
 * Addresses that lead to the machine itself, so that a phone cannot reach them.
 *
 * This module imports nothing, so that the page can share it.
 */

/** Does this host name the machine itself? */
export const isThisMachine = (host: string): boolean =>
  /^(localhost|127\.|\[::1\]|0\.0\.0\.0|.*\.localhost$)/.test(host)
