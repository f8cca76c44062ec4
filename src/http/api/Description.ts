/**
 * What the generator of the description cannot say: the headers of answers, bodies that may be left out, what a stream looks
 * like, whom to turn to; and words and examples of parameters where tools look for them.
 */
import { Record as Rec } from "effect"
import { OpenApi } from "effect/http-api"

const operation = (change: (given: OpenApi.OpenAPISpecOperation) => object) =>
  OpenApi.annotations({ transform: (given) => change(given as OpenApi.OpenAPISpecOperation) })

/** For an endpoint whose body may be left out. */
export const optionalBody = operation((given) => ({
  ...given,
  requestBody: { ...given.requestBody, required: false }
}))

/** For an endpoint whose body has several examples, by their names. */
export const bodyExamples = (
  examples: Readonly<Record<string, { readonly summary: string; readonly value: unknown }>>
) =>
  operation((given) => ({
    ...given,
    requestBody: {
      ...given.requestBody,
      content: Rec.map(given.requestBody?.content ?? {}, (body) => ({ ...body, examples }))
    }
  }))

const EVENTS = `The events, for example:

\`\`\`
retry: 1500
event: connect
data: OK

event: room
data: {"driver":"ann","navigator":"bo", …}

event: remaining-time
data: 597000
id: 4f1c2a9be07d5683c1
\`\`\`
`

/** For the endpoint that answers with a stream. */
export const eventStream = operation((given) => ({
  ...given,
  responses: { ...given.responses, 200: { ...given.responses[200], description: EVENTS } }
}))

const ETag = {
  description: "the `id` of the room, for `If-Match`",
  required: true,
  schema: { type: "string", maxLength: 66, examples: ['"4f1c2a9be07d5683c1"'] }
}

const Location = {
  description: "the path of the room",
  required: true,
  schema: { type: "string", maxLength: 256, examples: ["/api/pair-room/K7QXMDWRAE3PH"] }
}

const retryAfter = {
  "Retry-After": {
    description: "after how many seconds the request can be sent again",
    required: true,
    schema: { type: "integer", minimum: 1, maximum: 60, examples: [1] }
  }
}

/** The headers of answers, by the status, or by the operation and the status. */
const HEADERS: Readonly<Record<string, Readonly<Record<string, OpenApi.OpenAPISpecHeader>>>> = {
  "429": retryAfter,
  "503": retryAfter,
  "rooms.create 201": { Location },
  "rooms.get 200": { ETag }
}

interface Words {
  readonly description?: string
  readonly examples?: ReadonlyArray<unknown>
  readonly anyOf?: ReadonlyArray<Words>
}

/** The words and the example of a schema are those of its parameter too. */
const withWords = (parameter: OpenApi.OpenAPISpecParameter) => {
  const { anyOf: [words = parameter.schema as Words] = [] } = parameter.schema as Words
  const example = words.examples?.[0]
  return { ...parameter, description: words.description, ...(example === undefined ? {} : { example }) }
}

const described = (given: OpenApi.OpenAPISpecOperation) => ({
  ...given,
  parameters: given.parameters.map(withWords),
  responses: Rec.map(given.responses, (response, status) => {
    const headers = HEADERS[status] ?? HEADERS[`${given.operationId} ${status}`]
    return headers === undefined ? response : { ...response, headers }
  })
})

/** Other fields are ignored, and later versions may add some; and the stream is none of the library's own. */
const withoutClaims = (key: string, value: unknown) =>
  key === "x-effect-stream" || (key === "additionalProperties" && value === false) ? undefined : value

/** Completes the description of the API. In an API of a program that has our groups, the library asks for their parts instead. */
export const complete = (given: Record<string, unknown>): Record<string, unknown> => {
  if (!("paths" in given)) return given
  const spec = given as unknown as OpenApi.OpenAPISpec
  const whole = {
    ...spec,
    info: { ...spec.info, contact: { name: "The Pairroom authors" } },
    paths: Rec.map(spec.paths, (path) => Rec.map(path as Record<string, OpenApi.OpenAPISpecOperation>, described))
  }
  return JSON.parse(JSON.stringify(whole, withoutClaims)) as Record<string, unknown>
}
