/**
 * What the description of the API says about a value beyond its type. Nothing is checked by it: the limits of what comes in are
 * checked where the refusal is worded, and what goes out keeps its limits already.
 */
import { type JsonSchema, Schema, SchemaGetter } from "effect"
import { NAME_CODE_POINTS_MAX } from "./Name.ts"

/** The largest whole number that JSON keeps exactly. */
export const MOST = Number.MAX_SAFE_INTEGER

interface Words<A> {
  readonly identifier?: string
  readonly description?: string
  readonly examples?: ReadonlyArray<A>
}

/** A check that lets everything pass. `limits` are keywords of JSON Schema. */
const limited = <A>(limits: JsonSchema.JsonSchema, words: Words<A>) =>
  Schema.makeFilter<A>(() => true, { ...words, toJsonSchema: () => limits } as Schema.Annotations.Filter)

/** A text of so many characters (code points). */
export const text = (minLength: number, maxLength: number, description: string, ...examples: ReadonlyArray<string>) =>
  Schema.String.check(limited({ minLength, maxLength }, { description, examples }))

/** A whole number in this range. */
export const whole = (minimum: number, maximum: number, description: string, ...examples: ReadonlyArray<number>) =>
  Schema.Int.check(limited({ minimum, maximum }, { description, examples }))

/** A time, in milliseconds since the epoch. */
export const time = (description: string) =>
  whole(0, MOST, `${description}, in milliseconds since the epoch`, 1_790_000_000_000)

/** Somebody's name. */
export const name = (description: string, example: string) => text(1, NAME_CODE_POINTS_MAX, description, example)

/** A list of so many items. */
export const list = <S extends Schema.Top>(item: S, minItems: number, maxItems: number, description: string) =>
  Schema.Array(item).check(limited({ minItems, maxItems }, { description }))

/** A whole number as a text. */
export const digits = (description: string, ...examples: ReadonlyArray<string>) =>
  Schema.String.check(limited({ pattern: "^\\d{1,16}$" }, { description, examples }))

/** The JSON of a value that is described under this name, as a text. `Schema.fromJsonString` would describe it a second time. */
export const json = <S extends Schema.Constraint>(schema: S, of: string, maxLength: number) =>
  Schema.String.annotate({
    contentMediaType: "application/json",
    contentSchema: { $ref: `#/components/schemas/${of}` }
  }).pipe(
    Schema.check(limited({ maxLength }, { identifier: `${of}Json`, description: `The JSON of ${of}, as a text.` })),
    Schema.decodeTo(Schema.Unknown, { decode: SchemaGetter.parseJson({}), encode: SchemaGetter.stringifyJson() }),
    Schema.decodeTo(schema)
  )

/**
 * Describes the form in which a value is sent, beside the value itself. A schema is flipped to get at that form, and flipped back. The
 * library's types do not say that flipping twice gives the same schema, hence the casts.
 */
export const sentWith =
  (limits: JsonSchema.JsonSchema, description: string, ...examples: ReadonlyArray<Schema.Json>) =>
  <S extends Schema.Top>(self: S): S["Rebuild"] =>
    Schema.flip(
      (Schema.flip(self) as unknown as Schema.Schema<Schema.Json>).check(limited(limits, { description, examples }))
    ) as unknown as S["Rebuild"]
