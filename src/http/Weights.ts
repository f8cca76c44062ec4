/**
 * Reads the weights in which a client prefers what it names in `Accept` and `Accept-Encoding` (RFC 9110, section 12.4.2).
 */

/** Returns the weight of each range or encoding, from 0 to 1. Other parameters are left aside: no form has several versions. */
export const weightsOf = (accept: string): ReadonlyMap<string, number> => {
  const weights = new Map<string, number>()
  for (const part of accept.toLowerCase().split(",")) {
    const [range = "", ...parameters] = part.split(";").map((text) => text.trim())
    const given = parameters.find((parameter) => parameter.startsWith("q="))?.slice("q=".length) ?? "1"
    const weight = WEIGHT.test(given) ? Math.min(1, Number(given)) : 0
    weights.set(range, Math.max(weight, weights.get(range) ?? 0))
  }
  return weights
}

const WEIGHT = /^\d(?:\.\d*)?$/
