/**
 * Access codes as people type, paste and read them.
 *
 * This module imports nothing of `effect` at run time, so that the page can share it.
 */
import { isAccessCode, RANDOM_LENGTH, type AccessCode } from "./AccessCode.ts"

/** The path of a room in a text that somebody pasted, where other text may follow. */
const ROOM_LINK = /(?:^|\/)room\/([\w%-]+)/i

/** The random part of a code among other words, in groups or not. */
const AMONG_WORDS = /(?<![a-z0-9])[a-z0-9]{4}[\s\p{P}]*[a-z0-9]{4}[\s\p{P}]*[a-z0-9]{5}(?![a-z0-9])/iu

/** What stands between groups, and round a code. */
const BETWEEN = /[\s\p{P}]/gu

/** Characters that nobody sees, and that are copied all the same: of zero width, or marks of direction. */
const UNSEEN = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu

/** Returns the text without what nobody sees, and with the usual letters in place of the wide ones of an input method (form KC). */
export const cleaned = (typed: string): string => typed.normalize("NFKC").replaceAll(UNSEEN, "").trim()

/** Returns the access code that a person typed or pasted, by itself or in a link; undefined where there is none. */
export const codeIn = (typed: string): AccessCode | undefined => {
  const text = cleaned(typed)
  // What is read aloud is typed in groups.
  const code = cleaned(decoded(ROOM_LINK.exec(text)?.[1] ?? text)).replaceAll(/\s/g, "")
  const whole = code.replaceAll(BETWEEN, "")
  const among = AMONG_WORDS.exec(text)?.[0].replaceAll(BETWEEN, "") ?? ""
  // A dash may be part of a prefix too; what stands apart from a code is not.
  return [whole.length === RANDOM_LENGTH ? whole : "", /\s/.test(text) ? among : "", code, among].find(isAccessCode)
}

/** Returns a code in the groups in which it is said. */
export const grouped = (code: string): string => code.replaceAll(/(.{4})(?=.{4})/gu, "$1 ")

/** Returns a part of a path as it was meant. */
export const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
