/** The part of JSON Schema that the description of the API uses, for tests of it. */

export interface Schema {
  readonly $ref?: string
  readonly type?: string
  readonly enum?: ReadonlyArray<unknown>
  readonly anyOf?: ReadonlyArray<Schema>
  readonly allOf?: ReadonlyArray<Schema>
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: ReadonlyArray<string>
  readonly items?: Schema
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly minItems?: number
  readonly maxItems?: number
  readonly description?: string
  readonly examples?: ReadonlyArray<unknown>
}

export type Schemas = Readonly<Record<string, Schema>>

/** The keywords that the functions of this file know, besides those that only explain. */
const KNOWN = new Set(
  `$ref type enum anyOf properties required items minimum maximum minLength maxLength pattern minItems maxItems description
  examples contentMediaType contentSchema`.split(/\s+/)
)

/** A schema and all that stands in it, with the places of them. What it refers to is not followed. */
export const within = (schema: Schema, place: string): ReadonlyArray<readonly [string, Schema]> => [
  [place, schema],
  ...Object.entries(schema.properties ?? {}).flatMap(([name, property]) => within(property, `${place}.${name}`)),
  ...(schema.items === undefined ? [] : within(schema.items, `${place}[]`)),
  ...(schema.anyOf ?? []).flatMap((branch) => within(branch, place))
]

/** What is not said about the values of a schema. */
export const unlimited = (schema: Schema): ReadonlyArray<string> => [
  ...Object.keys(schema)
    .filter((key) => !KNOWN.has(key))
    .map((key) => `has the unknown keyword ${key}`),
  ...(schema.type === "string" && ![schema.maxLength, schema.pattern, schema.enum].some((limit) => limit !== undefined)
    ? ["is a text of any length"]
    : []),
  ...(schema.type === "integer" && (schema.minimum === undefined || schema.maximum === undefined)
    ? ["is a number of any size"]
    : []),
  ...(schema.type === "number" ? ["is no whole number"] : []),
  ...(schema.type === "array" && schema.maxItems === undefined ? ["is a list of any length"] : []),
  ...(Object.keys(schema).length === 0 ? ["is anything"] : [])
]

const typeOf = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "array" : Number.isInteger(value) ? "integer" : typeof value

const isOutside = (size: number, least: number | undefined, most: number | undefined) =>
  size < (least ?? -Infinity) || size > (most ?? Infinity)

/** What is wrong with a value by its schema, with the places of it. */
export const faultsOf = (schemas: Schemas, schema: Schema, value: unknown, place = ""): ReadonlyArray<string> => {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split("/").at(-1) ?? ""
    const target = schemas[name]
    return target === undefined ? [`${place}: there is no ${name}`] : faultsOf(schemas, target, value, place)
  }
  const { anyOf } = schema
  if (anyOf !== undefined) {
    const branches = anyOf.map((branch) => faultsOf(schemas, branch, value, place))
    return branches.find((faults) => faults.length === 0) ?? branches.flat()
  }
  const fault = (message: string) => [`${place}: ${message}, got ${JSON.stringify(value)}`]
  if (schema.type !== undefined && schema.type !== typeOf(value)) return fault(`expected ${schema.type}`)
  if (schema.enum !== undefined && !schema.enum.includes(value)) return fault(`expected ${schema.enum.join(", ")}`)
  if (typeof value === "number" && isOutside(value, schema.minimum, schema.maximum)) return fault("is out of range")
  if (typeof value === "string") {
    if (isOutside([...value].length, schema.minLength, schema.maxLength)) return fault("has another length")
    if (schema.pattern !== undefined && !new RegExp(schema.pattern, "u").test(value))
      return fault(`is not ${schema.pattern}`)
  }
  if (Array.isArray(value)) {
    if (isOutside(value.length, schema.minItems, schema.maxItems)) return fault("has another number of items")
    return value.flatMap((item, index) => faultsOf(schemas, schema.items ?? {}, item, `${place}[${index}]`))
  }
  if (typeof value !== "object" || value === null) return []
  const fields = value as Readonly<Record<string, unknown>>
  return [
    ...(schema.required ?? []).filter((name) => !(name in fields)).map((name) => `${place}.${name}: is missing`),
    ...Object.entries(fields).flatMap(([name, field]) => {
      const property = schema.properties?.[name]
      return property === undefined
        ? [`${place}.${name}: is not declared`]
        : faultsOf(schemas, property, field, `${place}.${name}`)
    })
  ]
}
