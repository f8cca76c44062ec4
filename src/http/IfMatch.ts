/**
 * Reads `If-Match` (RFC 9110, section 13.1.1) in every form that clients send: quoted, weak, a list, `*`, and without quotes.
 */
import type { Condition } from "../domain/Commands.ts"

const MEMBER = /(?:W\/)?(?:"([^"]*)"|([^\s,"]+))/g

/** Returns the condition; undefined where there is no header. An empty one names no state, so no state meets it. */
export const parse = (header: string | undefined): Condition | undefined => {
  if (header === undefined) return undefined
  const members = Array.from(header.matchAll(MEMBER), ([, quoted, bare]) => ({ quoted, bare }))
  return members.some(({ bare }) => bare === "*") ? "*" : members.map(({ bare, quoted }) => quoted ?? bare ?? "")
}
