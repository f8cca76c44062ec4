/**
 * Requests that no client would send, made from the API's own description and by hand, and what an answer to any of them has to be.
 * The same seed gives the same requests.
 */
import type { Schema } from "./jsonSchema.ts"
import { faultOf } from "../hostile/bystander.ts"

/** The part of `/openapi.json` that is read here. */
export interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> }
}

interface Operation {
  readonly parameters?: ReadonlyArray<{ readonly name: string; readonly in: string }>
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }
}

export interface Rooms {
  /** A room that somebody watches, and that nobody may end. */
  readonly watched: string
  /** Rooms that may be ended. */
  readonly doomed: ReadonlyArray<string>
}

/** A request, as the bytes that go over the wire in `latin1`. */
export interface Generated {
  readonly method: string
  readonly path: string
  readonly bytes: string
}

export interface Source {
  /** A whole number from 0 to below `most`. */
  readonly below: (most: number) => number
  readonly chance: (share: number) => boolean
  readonly pick: <A>(items: ReadonlyArray<A>) => A
}

/** Random numbers that a seed determines (mulberry32). */
export const sourceOf = (seed: number): Source => {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (most: number) => Math.floor(next() * most)
  return { below, chance: (share) => next() < share, pick: (items) => items[below(items.length)]! }
}

/** An event that nobody but the server may send. */
const FORGED = "x\nevent: timer\ndata: forged\n\nevent: forged\ndata: forged\nid: forged\n\n"

const TEXTS = [
  "",
  " ",
  "ann",
  "  bo  ",
  "한글 이름",
  "e\u0301",
  "👩‍👩‍👧‍👦",
  "😀".repeat(20),
  "a".repeat(21),
  "a".repeat(5_000),
  "\u0000",
  "\n",
  "\r\n\r\n",
  "\u2028",
  "\u202e\u2066",
  "\ud800",
  FORGED,
  FORGED.replaceAll("\n", "\r"),
  "__proto__",
  "constructor",
  "'; DROP TABLE rooms; --",
  "<script>alert(1)</script>",
  "javascript:alert(1)",
  "https://example.org/a?b=c#d",
  "http://[::1",
  "../../etc/passwd",
  "%00%0d%0aevent:%20forged",
  "COMPLETED",
  "IN_PROGRESS",
  "null"
]

const NUMBERS = [-1, 0, 1, 0.5, 999, 1_000, 60_000, 86_400_000, 86_400_001, 2 ** 31, 2 ** 53, 1e308, -1e308]

const deep = (depth: number): unknown => (depth === 0 ? [] : [deep(depth - 1)])

const odd = (source: Source): unknown =>
  source.pick<() => unknown>([
    () => source.pick(TEXTS),
    () => source.pick(NUMBERS),
    () => source.chance(0.5),
    () => null,
    () => [],
    () => ({}),
    () => deep(200),
    () => [source.pick(TEXTS), source.pick(NUMBERS)],
    () => ({ length: 1, toString: "x", [source.pick(TEXTS)]: source.pick(TEXTS) })
  ])()

const resolve = ({ components }: Description, schema: Schema): Schema =>
  schema.$ref === undefined ? schema : (components?.schemas?.[schema.$ref.split("/").at(-1) ?? ""] ?? {})

/** A value as the schema has it, but one time in eight. */
const sample = (description: Description, given: Schema, source: Source): unknown => {
  const schema = resolve(description, given)
  if (source.chance(1 / 8)) return odd(source)
  if (schema.enum !== undefined) return source.pick(schema.enum)
  if (schema.anyOf !== undefined) return sample(description, source.pick(schema.anyOf), source)
  switch (schema.type) {
    case "object":
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).flatMap(([name, property]) =>
          source.chance(1 / 10)
            ? []
            : [[source.chance(1 / 30) ? source.pick(TEXTS) : name, sample(description, property, source)]]
        )
      )
    case "array":
      return Array.from({ length: source.below(4) }, () => sample(description, schema.items ?? {}, source))
    case "integer":
    case "number": {
      const [least, most] = [schema.minimum ?? 1_000, schema.maximum ?? 600_000]
      return source.chance(1 / 4)
        ? source.pick([least - 1, least, most, most + 1])
        : least + source.below(most - least + 1)
    }
    case "boolean":
      return source.chance(0.5)
    case "null":
      return null
    default:
      return source.chance(1 / 2) ? `name ${source.below(1_000)}` : source.pick(TEXTS)
  }
}

const BODIES = [
  "",
  " ",
  "{",
  "}",
  "[]",
  "null",
  "0",
  '""',
  '"\\u0000"',
  "NaN",
  '{"driver":1e999}',
  '{"driver":"a","driver":"b","navigator":"c","timerDuration":60000}',
  '{"__proto__":{"driver":"a"},"navigator":"b","timerDuration":60000}',
  "\u00ef\u00bb\u00bf{}",
  "\u00ff\u00fe{\u0000}\u0000",
  "\u00c3\u0028",
  "[".repeat(10_000),
  `{"driver":"${"a".repeat(16_384)}"}`,
  `{"a":${"1".repeat(10_000)}}`
]

const utf8 = (text: string): string => Buffer.from(text).toString("latin1")

const METHODS = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "TRACE",
  "PROPFIND",
  "QUERY",
  "M-SEARCH",
  "get",
  "FOO"
]

const PATHS = [
  "/",
  "//",
  "/api",
  "/api/",
  "/api//pair-room",
  "/API/pair-room",
  "/api/pair-room/",
  "/api/pair-room/exists",
  "/api/pair-room/exists?access_code=a&access_code=b",
  "/api/pair-room/exists?access_code=%",
  "/api/pair-room/%",
  "/api/pair-room/%zz",
  "/api/pair-room/%E0%A4%A",
  "/api/pair-room/%00",
  "/api/%2e%2e/timer",
  "/api/../healthz",
  "/api/a;b/timer",
  "/api/:accessCode/connect",
  "/api/*/connect",
  "/api/__proto__/timer",
  `/api/${"a".repeat(8_000)}/connect`,
  `/api/${"a/".repeat(2_000)}`,
  "/api/\u00ed\u0095\u009c/timer",
  "/room/a",
  "/room/%",
  "/docs?x",
  "/openapi.json#x",
  "/metrics",
  "/healthz?",
  "/readyz/",
  "/assets/../package.json",
  "/assets/%2e%2e/%2e%2e/package.json",
  "?",
  "*",
  "http://x/api/pair-room",
  "http://[::1/api",
  "x"
]

const ofField = (text: string) => utf8(text.replaceAll(/[\r\n\0]/g, " "))

const field = (source: Source, { watched }: Rooms): string =>
  source.pick<() => string>([
    () => `if-match: ${source.pick(['"x"', 'W/"x"', "*", ",,", '"', `"${watched}"`, ofField(source.pick(TEXTS))])}`,
    () => `last-event-id: ${ofField(source.pick(TEXTS))}`,
    () =>
      `content-type: ${source.pick(["text/plain", "application/json; charset=utf-16", "multipart/form-data", "", ";", "application/json"])}`,
    () => `content-encoding: ${source.pick(["gzip", "identity", "br, gzip"])}`,
    () => `accept-encoding: ${source.pick(["br", "gzip;q=0", "*;q=0", "identity;q=0, *;q=x", ","])}`,
    () => `accept: ${source.pick(["*/*", "text/html", "text/calendar", ",;q=", "application/xml"])}`,
    () => `origin: ${source.pick(["null", "https://evil.example", "x", "http://localhost:5173"])}`,
    () => `access-control-request-method: ${source.pick(["PATCH", "FOO", ""])}`,
    () => `if-none-match: ${source.pick(["*", '"x"', ",", "W/"])}`,
    () => `range: ${source.pick(["bytes=0-0", "bytes=5-1", "x"])}`,
    () => `x-forwarded-for: ${source.pick(["1.2.3.4", "::1", "x, y", "", ",,,", "999.1.1.1"])}`,
    () => `x-forwarded-host: ${source.pick(["evil.example", "", "a b"])}`,
    () => `x-forwarded-proto: ${source.pick(["https", "x"])}`,
    () => `expect: ${source.pick(["100-continue", "x"])}`,
    () => `transfer-encoding: ${source.pick(["identity", "gzip", "chunked, chunked", "x"])}`,
    () => `cookie: ${"a=b; ".repeat(source.below(2_000))}`,
    () => `upgrade: ${source.pick(["websocket", "h2c"])}`,
    // Not a length that is none of the body's: that one waits for the rest, as it should.
    () => `content-length: ${source.pick(["", "x", "-1", "1, 2"])}`,
    () => `te: trailers`,
    () => `${source.pick(["x", "__proto__", "host", "x-content-length"])}: ${source.pick(["", "1", "\u00ff", "a\tb"])}`,
    () => source.pick(["no colon", ": no name", "na me: x", "x : y", " folded", "x: a\u0000b", "x: a\rb"])
  ])()

/** Makes so many requests. About half are as the description has them, more or less, and the others are made by hand. */
export const generate = (
  description: Description,
  rooms: Rooms,
  seed: number,
  count: number
): ReadonlyArray<Generated> => {
  const source = sourceOf(seed)
  const operations = Object.entries(description.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation }))
  )

  const codeFor = (method: string, path: string) => {
    const ends = method === "DELETE" || path.endsWith("/status")
    const code = ends ? source.pick(rooms.doomed) : rooms.watched
    return source.pick([
      code,
      code,
      code,
      code,
      code.toLowerCase(),
      "AAAAAAAAAAAAA",
      encodeURIComponent(source.pick(TEXTS).replaceAll("\ud800", ""))
    ])
  }

  const described = () => {
    const { method, operation, path } = source.pick(operations)
    const query = (operation.parameters ?? []).flatMap((parameter) =>
      parameter.in === "query" && source.chance(0.8)
        ? [
            `${parameter.name}=${encodeURIComponent(source.pick([rooms.watched, "off", source.pick(TEXTS).replaceAll("\ud800", "")]))}`
          ]
        : []
    )
    const schema = operation.requestBody?.content["application/json"]?.schema
    const filled = path.replaceAll(/\{\w+\}/g, () => codeFor(method, path))
    const body =
      schema === undefined || source.chance(1 / 20)
        ? source.chance(1 / 5)
          ? source.pick(BODIES)
          : ""
        : utf8(JSON.stringify(sample(description, schema, source)))
    return { method, path: query.length > 0 ? `${filled}?${query.join("&")}` : filled, body }
  }

  const handMade = () => {
    const method = source.pick(METHODS)
    const path = source.chance(0.5)
      ? source.pick(PATHS)
      : source.pick(operations).path.replaceAll(/\{\w+\}/g, () => codeFor("DELETE", "/status"))
    return { method, path, body: source.chance(0.5) ? source.pick(BODIES) : "" }
  }

  return Array.from({ length: count }, () => {
    const isDescribed = source.chance(0.5)
    const { body, method, path } = isDescribed ? described() : handMade()
    const fields = Array.from({ length: source.below(isDescribed ? 2 : 4) }, () => field(source, rooms))
    const isChunked = body !== "" && source.chance(1 / 10)
    const framing = isChunked
      ? ["transfer-encoding: chunked"]
      : body === "" && source.chance(0.7)
        ? []
        : [`content-length: ${body.length}`]
    const type = body !== "" && source.chance(0.9) ? ["content-type: application/json"] : []
    const head = [`${method} ${path} HTTP/1.1`, "host: x", ...type, ...framing, ...fields, "connection: close"]
    const content = isChunked ? `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n` : body
    return { method, path, bytes: `${head.join("\r\n")}\r\n\r\n${content}` }
  })
}

/** The refusals of the contract, and the status of each. */
const REFUSALS: Readonly<Record<string, number>> = {
  BadRequest: 400,
  RoomNotFound: 404,
  NotFound: 404,
  PersonNotFound: 404,
  MethodNotAllowed: 405,
  RequestTimeout: 408,
  RoomClosed: 409,
  RoomFull: 409,
  NameTaken: 409,
  TooFewPeople: 409,
  NothingToUndo: 409,
  Stale: 412,
  PayloadTooLarge: 413,
  UnsupportedMediaType: 415,
  ExpectationFailed: 417,
  HeadersTooLarge: 431,
  NotImplemented: 501
}

/** The answers of these have no JSON: they answer by `Accept`. */
const isPage = (path: string) => path.startsWith("/room/")

/** A browser that asks for what is not there, outside of the API, gets a page that says so. */
const isLost = ({ bytes, method, path }: Generated, status: number, head: string) =>
  status === 404 &&
  method === "GET" &&
  !path.startsWith("/api/") &&
  /^accept: text\/html/im.test(bytes) &&
  /content-type: text\/html/i.test(head)

/** Returns what is wrong with an answer, all bytes of it in `latin1`; undefined if nothing is. */
export const faultIn = (generated: Generated, answer: string): string | undefined => {
  const { method, path } = generated
  const text = answer.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, "")
  const end = text.indexOf("\r\n\r\n")
  if (end < 0) return text === "" ? "no answer" : "half of a head"
  const [head, body] = [text.slice(0, end), text.slice(end + 4)]
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1])
  if (Number.isNaN(status)) return "no HTTP"
  if (status < 400)
    return status === 200 && /content-type: text\/event-stream/i.test(head) && method !== "HEAD"
      ? streamFault(body)
      : undefined
  if (status >= 500 && status !== 501) return `status ${status}`
  if (!/x-content-type-options: nosniff/i.test(head)) return "a header is missing"
  if (method === "HEAD" || isPage(path) || isLost(generated, status, head)) return undefined
  if (!/content-type: application\/json/i.test(head)) return `status ${status} without JSON`
  return refusalFault(status, head, body)
}

const refusalFault = (status: number, head: string, body: string): string | undefined => {
  if (status === 405 && !/^allow: \w/im.test(head)) return "405 without Allow"
  let refusal: { readonly _tag?: unknown; readonly message?: unknown }
  try {
    refusal = JSON.parse(Buffer.from(body, "latin1").toString())
  } catch {
    return `status ${status} with broken JSON`
  }
  const { _tag: tag, message, ...others } = refusal
  if (typeof tag !== "string" || REFUSALS[tag] !== status) return `status ${status} with ${String(tag)}`
  if (typeof message !== "string" || message === "") return `${tag} without a message`
  return Object.keys(others).length > 0 ? `${tag} with ${Object.keys(others).join()}` : undefined
}

const streamFault = (body: string): string | undefined => {
  const blocks = body.split("\n\n").slice(0, -1)
  return blocks
    .map((block) => (/^retry: \d+$/.test(block) ? undefined : faultOf(block)))
    .find((fault) => fault !== undefined)
}
