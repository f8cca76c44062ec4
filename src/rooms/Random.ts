/**
 * Random values from a cryptographic source: bytes for access codes, and the nonces that make the `id` of each state unique.
 */
import * as Hex from "effect/encoding/Hex"

const NONCE_BYTES = 9

/** Returns a number from 0 to 255. */
export const byte = (): number => crypto.getRandomValues(new Uint8Array(1))[0] ?? 0

/** Returns a new nonce: 18 hexadecimal digits. */
export const nonce = (): string => Hex.encode(crypto.getRandomValues(new Uint8Array(NONCE_BYTES)))
