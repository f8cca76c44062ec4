/**
 * Reads `If-Match` (RFC 9110, section 13.1.1) in every form that clients send: quoted, weak, a list, `*`, and without quotes.
 */
import type { Condition } from "../domain/Commands.ts"

const MEMBER = /(?:W\/)?(?:"([^"]*)"|([^\s,"]+))/g

export const parse = (header: string | undefined): Condition | undefined => {
  if (header === undefined) return undefined
  const ids = Array.from(header.matchAll(MEMBER), ([, quoted, bare]) => quoted ?? bare ?? "")
  return header.trim() === "*" ? "*" : ids
}
