/**
 * Which encoding of a body a client takes (RFC 9110, section 12.5.3).
 */

/** The encodings that the page is kept in, the smallest first. */
export const ENCODINGS = ["br", "gzip"] as const
export type Encoding = (typeof ENCODINGS)[number]

/** The smallest of those that `Accept-Encoding` takes; undefined where the bytes are to go as they are. */
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
