/** The description of the API, as the tests of it read it. */
import { OpenApi } from "effect/http-api"
import { prefixed } from "../../src/http/Api.ts"
import type { Schema, Schemas } from "./jsonSchema.ts"

interface Content {
  readonly content?: Readonly<Record<string, Media>>
}

interface Media {
  readonly schema: Schema
  readonly examples?: Readonly<Record<string, { readonly summary: string; readonly value: unknown }>>
}

interface Response extends Content {
  readonly description: string
  readonly headers?: Readonly<Record<string, { readonly description: string; readonly schema: Schema }>>
}

export interface Parameter {
  readonly name: string
  readonly in: "path" | "query" | "header"
  readonly schema: Schema
  readonly required: boolean
  readonly description?: string
  readonly example?: unknown
}

export interface Operation {
  readonly operationId: string
  readonly summary?: string
  readonly description?: string
  readonly tags: ReadonlyArray<string>
  readonly parameters: ReadonlyArray<Parameter>
  readonly requestBody?: Content & { readonly required: boolean }
  readonly responses: Readonly<Record<string, Response>>
}

export const spec = OpenApi.fromApi(prefixed("/api"))
export const schemas = spec.components.schemas as Schemas
export const operations = Object.entries(spec.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) =>
    Object.assign({ path, method: method.toUpperCase() }, operation as unknown as Operation)
  )
)

export const resolved = (schema: Schema): Schema =>
  schema.$ref === undefined ? schema : (schemas[schema.$ref.split("/").at(-1) ?? ""] ?? {})

export const contents = ({ content = {} }: Content) => Object.values(content).map(({ schema }) => schema)

/** The bodies that an operation gives as examples; undefined for none. */
export const bodiesOf = ({ requestBody }: Operation): ReadonlyArray<unknown> => {
  if (requestBody === undefined) return [undefined]
  const examples = contents(requestBody)
    .flatMap((schema) => schema.anyOf ?? [schema])
    .flatMap((schema) => resolved(schema).examples ?? [])
  return requestBody.required ? examples : [...examples, undefined]
}
