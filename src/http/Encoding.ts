/**
 * Chooses the encoding of a body by `Accept-Encoding` (RFC 9110, section 12.5.3).
 */
import { weightsOf } from "./Weights.ts"

/** The encodings in which the page is kept, the smallest first. */
export const ENCODINGS = ["br", "gzip"] as const
export type Encoding = (typeof ENCODINGS)[number]

/** Returns the smallest encoding that `Accept-Encoding` allows; undefined for the plain bytes. */
export const encodingFor = (acceptEncoding: string | undefined): Encoding | undefined => {
  const weights = weightsOf(acceptEncoding ?? "")
  return ENCODINGS.find((encoding) => (weights.get(encoding) ?? weights.get("*") ?? 0) > 0)
}
