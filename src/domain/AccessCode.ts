/**
 * The access code: the key to a room. Easy to read aloud and to type.
 *
 * This module imports nothing at run time, so that the page can share it.
 */
import type { Brand } from "effect"

export type AccessCode = string & Brand.Brand<"AccessCode">

/** At most one of the letters and digits that look alike: 2 but no Z, 5 but no S, 8 but no B, V but no U, and none of 0, O, 1, I and L. */
export const ALPHABET = "ACDEFGHJKMNPQRTVWXY23456789"

/** 13 characters of 27 are 61.8 bits. */
export const RANDOM_LENGTH = 13

/** The prefix before the random part. A load balancer can use it to route a room to its instance. */
export const PREFIX_PATTERN = /^[A-Za-z0-9_-]{0,16}$/

export const CODE_PATTERN = /^[A-Za-z0-9_-]{1,64}$/

/** What a code looks like, for descriptions. No room has it. */
export const EXAMPLE = "K7QXMDWRAE3PH"

/** Returns a new code that begins with the prefix. `randomByte` comes from a cryptographic source. */
export const make = (prefix: string, randomByte: () => number): AccessCode => {
  let code = prefix
  while (code.length < prefix.length + RANDOM_LENGTH) {
    const byte = randomByte()
    // Larger bytes would make the first letters of the alphabet more likely.
    if (byte < 256 - (256 % ALPHABET.length)) {
      code += ALPHABET.charAt(byte % ALPHABET.length)
    }
  }
  return code as AccessCode
}

/** Can this text be an access code, of this instance or of another one? */
export const isAccessCode = (text: string): text is AccessCode => CODE_PATTERN.test(text)

/** Returns the form of a code under which its room is kept: clients may type it in lower case. */
export const toKey = (code: AccessCode): AccessCode => code.toUpperCase() as AccessCode

/** How many characters of a code a log shows. The whole code is the key to the room. */
const SHOWN = 4

/** Returns the beginning of a code, for logs. */
export const shortened = (code: string): string => `${code.slice(0, SHOWN)}…`
