/**
 * Checks what a client has sent. The refusal of wrong input names the field, the value and what is allowed.
 */
import { Effect, Schema, SchemaAST, SchemaIssue } from "effect"
import { BadRequest } from "./errors.ts"

const issuesOf = SchemaIssue.makeFormatterStandardSchemaV1()

/** Returns a function that decodes by the schema. It fails with BadRequest. */
export const decode = <S extends Schema.ConstraintDecoder<unknown> & { readonly fields: Schema.Struct.Fields }>(
  schema: S
): ((input: unknown) => Effect.Effect<S["Type"], BadRequest>) => {
  const decoded = Schema.decodeUnknownEffect(schema)
  return (input) => Effect.mapError(decoded(input), (error) => badRequest(schema.fields, input, error.issue))
}

/** Returns the refusal of `input`, from what a schema with these fields has found. */
export const badRequest = (fields: Schema.Struct.Fields, input: unknown, issue: SchemaIssue.Issue): BadRequest => {
  const first = firstOf(issue)
  const [only, ...others] = Object.keys(fields)
  // A body with one field of one value is refused as a whole. The field is what is wrong all the same.
  const isField =
    first.name === undefined &&
    others.length === 0 &&
    typeof input === "object" &&
    input !== null &&
    !Array.isArray(input)
  const name = isField ? only : first.name
  if (name === undefined) {
    return new BadRequest({ message: `body: expected a JSON object with ${Object.keys(fields).join(", ")}` })
  }
  const field = fields[name]
  const allowed = (field && SchemaAST.resolveDescription(field.ast)) ?? ""
  const found = isField ? ANOTHER : first.message.replace(/^Expected /, "expected ").replace(/ an integer$/, WHOLE)
  const expected =
    allowed !== "" && (GENERAL.test(found) || allowed.includes(found.replace(/^expected /, "")))
      ? `expected ${allowed}`
      : found.includes(allowed)
        ? found
        : `${found} (${allowed})`
  return new BadRequest({ message: `${name}: ${expected}, got ${shown((input as Record<string, unknown>)[name])}` })
}

const ANOTHER = "expected another value"

/** As the descriptions say it, so that it is not said twice. */
const WHOLE = " a whole number"

/** What the library says of a wrong type, a missing field or a number out of range. What the field allows says more. */
const GENERAL = /^(Missing key|expected (another value|a value between .*|[a-z]+( \| [a-z]+)*))$/

/** Returns the name of the first field that was wrong, and what was wrong with it. */
const firstOf = (issue: SchemaIssue.Issue) => {
  const [first] = issuesOf(issue).issues
  const [segment] = first?.path ?? []
  return {
    name: segment === undefined ? undefined : String(typeof segment === "object" ? segment.key : segment),
    message: first?.message ?? ""
  }
}

/** Returns a value as JSON for a message, cut to a length that a person reads. */
export const shown = (value: unknown): string => {
  const characters = [...textOf(value)]
  return characters.length > SHOWN_MAX ? `${characters.slice(0, SHOWN_MAX).join("")}…` : characters.join("")
}

const SHOWN_MAX = 60

const textOf = (value: unknown): string => {
  if (value === undefined) return "nothing"
  // JSON has no text for Infinity, which is what a too large number becomes.
  if (typeof value === "number") return String(value)
  try {
    return JSON.stringify(value, (_key, inner: unknown) =>
      inner === Infinity || inner === -Infinity ? `${inner}` : inner
    )
  } catch {
    return "something nested too deep to show"
  }
}
