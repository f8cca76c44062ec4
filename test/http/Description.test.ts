import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { type Call, call, serve, watch } from "./harness.ts"
import {
  bodiesOf,
  contents,
  type Operation,
  operations,
  type Parameter,
  resolved,
  schemas,
  spec
} from "./description.ts"
import { faultsOf, unlimited, within } from "./jsonSchema.ts"

/** Every schema of the description, with its place. */
const everySchema = [
  ...Object.entries(schemas).flatMap(([name, schema]) => within(schema, name)),
  ...operations.flatMap((operation) => [
    ...operation.parameters.flatMap(({ name, schema }) => within(schema, `${operation.operationId} ${name}`)),
    ...[operation.requestBody ?? {}, ...Object.values(operation.responses)].flatMap((body) =>
      contents(body).flatMap((schema) => within(schema, operation.operationId))
    ),
    ...Object.values(operation.responses).flatMap(({ headers = {} }) =>
      Object.entries(headers).flatMap(([name, { schema }]) => within(schema, `${operation.operationId} ${name}`))
    )
  ])
]

describe("the description", () => {
  it("says what each operation is, and what it is refused with", () => {
    assert.isAbove(operations.length, 25)
    const tags = spec.tags.map(({ name }) => name)
    for (const { description, operationId, responses, summary, tags: own } of operations) {
      assert.match(operationId, /^[a-z]+\.[a-zA-Z]+$/)
      assert.isNotEmpty(summary, operationId)
      // A summary is plain text: Markdown in it would be shown as it is written.
      assert.notMatch(summary ?? "", /[`*_<]/, operationId)
      assert.isNotEmpty(description, operationId)
      assert.lengthOf(own, 1, operationId)
      assert.include(tags, own[0], operationId)
      const statuses = Object.keys(responses)
      assert.isTrue(
        statuses.some((status) => status.startsWith("2")),
        operationId
      )
      assert.isTrue(
        statuses.some((status) => status.startsWith("4")),
        operationId
      )
      for (const response of Object.values(responses))
        assert.notMatch(response.description, /^<|^$|^Success$/, operationId)
    }
    assert.strictEqual(new Set(operations.map(({ operationId }) => operationId)).size, operations.length)
    for (const tag of spec.tags) assert.isNotEmpty(tag.description, tag.name)
  })

  it("has no refusal that an operation never gives: none by limits or the store for a stream, none by a room where there is none", () => {
    for (const { operationId, path, responses } of operations) {
      const statuses = Object.keys(responses)
      assert.strictEqual(statuses.includes("404"), path.includes("{accessCode}"), operationId)
      const isStream = operationId === "stream.connect"
      for (const status of ["429", "503"]) assert.strictEqual(statuses.includes(status), !isStream, operationId)
      const refusals = JSON.stringify(responses)
      assert.strictEqual(refusals.includes("/PersonNotFound"), path.includes("{name}"), operationId)
    }
  })

  it("says when to try again, where a new room is, and which state it shows", () => {
    const headers = operations.flatMap(({ operationId, responses }) =>
      Object.entries(responses).flatMap(([status, { headers: all = {} }]) =>
        Object.keys(all).map((name) => (/^(429|503)$/.test(status) ? name : `${operationId} ${status} ${name}`))
      )
    )
    const times = (name: string) => headers.filter((header) => header === name).length
    assert.strictEqual(times("Retry-After"), 2 * (operations.length - 1))
    assert.deepStrictEqual(
      headers.filter((name) => name !== "Retry-After"),
      ["rooms.create 201 Location", "rooms.get 200 ETag"]
    )
  })

  it("names its components in plain words", () => {
    for (const name of Object.keys(schemas)) {
      assert.match(name, /^[A-Z][A-Za-z]+$/)
      assert.notMatch(name, /Encoded$/)
      assert.isNotEmpty(schemas[name]?.description, name)
    }
  })

  it("limits every text, number and list", () => {
    assert.deepStrictEqual(
      everySchema.flatMap(([place, schema]) => unlimited(schema).map((fault) => `${place} ${fault}`)),
      []
    )
  })

  it("has no example that its own schema refuses", () => {
    const examples = everySchema.flatMap(([place, schema]) =>
      (schema.examples ?? []).map((example) => [place, schema, example] as const)
    )
    const given = operations.flatMap(({ operationId, parameters }) =>
      parameters.map(({ example, name, schema }) => [`${operationId} ${name}`, schema, example] as const)
    )
    assert.isAbove(examples.length, 100)
    assert.isAbove(given.length, 50)
    assert.deepStrictEqual(
      [...examples, ...given].flatMap(([place, schema, example]) => faultsOf(schemas, schema, example, place)),
      []
    )
  })

  it("shows a new room of many people, and one of two", () => {
    const body = create.requestBody?.content?.["application/json"]
    const rooms = Object.values(body?.examples ?? {}).map(({ value }) => value)
    assert.lengthOf(rooms, 2)
    assert.deepStrictEqual(rooms, bodiesOf(create))
  })

  it("describes every event of the stream with its data", () => {
    const events = (schemas["StreamEvent"]?.anyOf ?? []).map((event) => resolved(event).properties ?? {})
    assert.deepStrictEqual(
      events.map(({ event }) => event?.enum?.[0]),
      ["connect", "room", "remaining-time", "timer", "close", "heartbeat"]
    )
    assert.include(JSON.stringify(schemas["RoomJson"]), `"contentSchema":{"$ref":"#/components/schemas/Room"}`)
  })
})

/** Sends an example of an operation to a room, with all of its parameters. */
const send = Effect.fn(function* (operation: (typeof operations)[number], code: string, body: unknown) {
  const given = (where: Parameter["in"]) =>
    operation.parameters.filter((parameter) => parameter.in === where && parameter.name !== "accessCode")
  for (const { description, example, name } of operation.parameters) {
    assert.isDefined(example, `${operation.operationId} ${name}`)
    assert.isNotEmpty(description, `${operation.operationId} ${name}`)
  }
  const named = given("path").reduce(
    (path, { example, name }) => path.replace(`{${name}}`, encodeURIComponent(String(example))),
    operation.path.replace("{accessCode}", code)
  )
  const query = new URLSearchParams(given("query").map(({ example, name }) => [name, String(example)]))
  const headers = Object.fromEntries(given("header").map(({ example, name }) => [name, String(example)]))
  const path = `${named}?${query}`
  if (operation.operationId === "stream.connect") {
    const stream = yield* watch(path, headers)
    if (stream.status < 400) return { ...stream, text: "" }
  }
  const request: Call = body === undefined ? { headers } : { headers, body }
  return yield* call(operation.method, path, request)
})

const create = operations.find(({ operationId }) => operationId === "rooms.create")!
const extend = operations.find(({ operationId }) => operationId === "timer.extend")!

describe("the examples of the description", () => {
  for (const operation of operations) {
    it.effect(`${operation.operationId} takes its own, and answers as it says`, () =>
      Effect.gen(function* () {
        const bodies = bodiesOf(operation)
        assert.isNotEmpty(bodies)
        for (const body of bodies) {
          const code = JSON.parse((yield* send(create, "", bodiesOf(create)[0])).text).accessCode as string
          if (operation.operationId === "timer.undo") yield* send(extend, code, bodiesOf(extend)[0])
          const { headers, status, text } = yield* send(operation, code, body)
          const said = operation.responses[String(status)]
          assert.isTrue(status >= 200 && status < 300 && said !== undefined, `${status} ${text}`)
          for (const [name, { schema }] of Object.entries(said?.headers ?? {})) {
            assert.deepStrictEqual(faultsOf(schemas, schema, headers[name.toLowerCase()]), [])
          }
          const json = said?.content?.["application/json"]?.schema
          assert.strictEqual(headers["content-type"] === "application/json", json !== undefined && status !== 204)
          if (json !== undefined) assert.deepStrictEqual(faultsOf(schemas, json, JSON.parse(text)), [])
        }
      }).pipe(Effect.provide(serve()))
    )
  }
})

/** Is the answer one that the operation has, with a body as it says? */
const said = (
  { operationId, responses }: Operation,
  { status, text }: { readonly status: number; readonly text: string }
) => {
  const schema = responses[String(status)]?.content?.["application/json"]?.schema
  assert.property(responses, String(status), operationId)
  if (status >= 400) assert.deepStrictEqual(faultsOf(schemas, schema ?? {}, JSON.parse(text)), [], operationId)
}

describe("the refusals of the description", () => {
  const complete = operations.find(({ operationId }) => operationId === "rooms.complete")!

  it.effect("are all that a completed room, a code of no room, and a broken body get", () =>
    Effect.gen(function* () {
      for (const operation of operations) {
        const body = bodiesOf(operation)[0]
        const room = Effect.map(
          send(create, "", bodiesOf(create)[0]),
          ({ text }) => JSON.parse(text).accessCode as string
        )
        said(operation, yield* send(operation, "AAAAAAAAAAAAA", body))
        const code = yield* room
        for (const broken of ["{", "x".repeat(16_385)]) said(operation, yield* send(operation, yield* room, broken))
        yield* send(complete, code, bodiesOf(complete)[0])
        const late = yield* send(operation, code, body)
        said(operation, late)
        const isClosed = JSON.stringify(operation.responses["409"] ?? {}).includes("/RoomClosed")
        assert.strictEqual(late.status === 409 && late.text.includes('"RoomClosed"'), isClosed, operation.operationId)
      }
    }).pipe(Effect.provide(serve()))
  )
})
