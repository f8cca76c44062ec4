/**
 * The access code: the key to a room. Easy to read aloud and to type.
 *
 * This module imports nothing at run time, so that the page can share it.
 */
import type { Brand } from "effect"

export type AccessCode = string & Brand.Brand<"AccessCode">

/** Letters and digits of which no two look alike: no 0 and O, 1 and I and L, 2 and Z, 5 and S, 8 and B, U and V. */
export const ALPHABET = "ACDEFGHJKMNPQRTVWXY23456789"

/** 13 characters of 27 are 61.8 bits. */
export const RANDOM_LENGTH = 13

/** What may stand before the random part, by which a load balancer can route a room to its instance. */
export const PREFIX_PATTERN = /^[A-Za-z0-9_-]{0,16}$/

const CODE_PATTERN = /^[A-Za-z0-9_-]{1,64}$/

/** Makes a code with the prefix taken as it is; `randomByte` comes from a cryptographic source. */
export const make = (prefix: string, randomByte: () => number): AccessCode => {
  let code = prefix
  while (code.length < prefix.length + RANDOM_LENGTH) {
    const byte = randomByte()
    // The bytes beyond the last whole multiple of the alphabet would favour its first letters.
    if (byte < 256 - (256 % ALPHABET.length)) {
      code += ALPHABET.charAt(byte % ALPHABET.length)
    }
  }
  return code as AccessCode
}

/** Whether a text could be an access code at all, of this instance or of another. */
export const isAccessCode = (text: string): text is AccessCode => CODE_PATTERN.test(text)

/** The one form of a code under which its room is kept: lower case is taken too. */
export const toKey = (code: AccessCode): string => code.toUpperCase()
