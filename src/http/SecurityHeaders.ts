/**
 * The headers that protect a browser. Every answer has them; a page has a wider policy of its own.
 */

export const SECURITY_HEADERS = {
  "x-content-type-options": "nosniff",
  // The address of a room is the key to it.
  "referrer-policy": "no-referrer",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'"
} as const
