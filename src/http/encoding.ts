/**
 * Chooses the encoding of a body by `Accept-Encoding` (RFC 9110, section 12.5.3).
 */

/** The encodings in which the page is kept, the smallest first. */
export const ENCODINGS = ["br", "gzip"] as const
export type Encoding = (typeof ENCODINGS)[number]

/** Returns the smallest encoding that `Accept-Encoding` allows; undefined for the plain bytes. */
export const encodingFor = (acceptEncoding: string | undefined): Encoding | undefined => {
  const weights = new Map(
    (acceptEncoding ?? "")
      .toLowerCase()
      .split(",")
      .map((part) => {
        const [name = "", ...parameters] = part.split(";").map((text) => text.trim())
        const weight = parameters.find((parameter) => parameter.startsWith("q="))
        return [name, weight === undefined ? 1 : Number(weight.slice("q=".length))] as const
      })
  )
  return ENCODINGS.find((encoding) => (weights.get(encoding) ?? weights.get("*") ?? 0) > 0)
}
