/**
 * Chooses the form of a room by `Accept` (RFC 9110, section 12.5.1).
 */
import { weightsOf } from "../Weights.ts"

export type Form = "page" | "line" | "calendar"

type Named = readonly [type: string, form: Form]

/**
 * What a client names, in the order in which it is preferred where the weights are the same: a browser names HTML, a calendar
 * may name plain text as well.
 */
const NAMED: ReadonlyArray<Named> = [
  ["text/html", "page"],
  ["text/calendar", "calendar"],
  ["text/plain", "line"]
]

/** What a client gets that takes anything, as `curl` does. */
const UNNAMED: ReadonlyArray<Named> = [
  ["text/plain", "line"],
  ["text/html", "page"],
  ["text/calendar", "calendar"]
]

/**
 * Returns the form with the highest weight; where several have it, one that is named rather than one that is matched by `*`. The
 * page if nothing matches: the RFC leaves it open, and there always was a page.
 */
export const formFor = (accept: string | undefined): Form => {
  const weights = weightsOf(accept?.trim() || "*/*")
  const named = NAMED.map(([type, form]) => ({ form, weight: weights.get(type) ?? 0 }))
  const unnamed = UNNAMED.filter(([type]) => !weights.has(type)).map(([type, form]) => ({
    form,
    weight: weights.get(`${type.split("/")[0]}/*`) ?? weights.get("*/*") ?? 0
  }))
  return [...named, ...unnamed].reduce((best, next) => (next.weight > best.weight ? next : best), NOTHING).form
}

const NOTHING: { readonly form: Form; readonly weight: number } = { form: "page", weight: 0 }
