/**
 * Clients that do wrong, one kind each. The inputs that went wrong once are among them, in the first lines. Each gives what was
 * not right, or an empty text.
 */
import { sleep } from "../cluster/time.ts"
import { type Client, dial, head, stream } from "./clients.ts"

/** A service, and a room of it that somebody else watches. */
export interface Target {
  readonly port: number
  readonly code: string
}

export interface Scenario {
  readonly name: string
  readonly run: (target: Target) => Promise<string>
  /** Does it wait for a time limit of the service? */
  readonly isLong?: boolean
  /** How many do it at once in a burst, if less than usual. */
  readonly burst?: number
}

/** The longest time that a refusal may take, in milliseconds: at once; for headers and for a whole request, the limit and the next check. */
const AT_ONCE = 5_000
const HEADERS = 14_000
const WHOLE = 36_000

const post = (...fields: ReadonlyArray<string>) =>
  head("POST", "/api/pair-room", "content-type: application/json", ...fields)

/** Is the answer a refusal in JSON with this status, after which the connection is closed in time? */
const refused = async (client: Client, status: number, tag: string, most = AT_ONCE): Promise<string> => {
  const how = await client.closed(most)
  const text = client.text()
  const [first = "", body = ""] = text.split("\r\n\r\n")
  client.socket.destroy()
  if (how === "open") return `open after ${most} ms`
  if (!first.startsWith(`HTTP/1.1 ${status} `)) return `${first.slice(0, 20) || "no answer"} (${how})`
  if (!/content-type: application\/json/i.test(first)) return "no JSON"
  return JSON.parse(body)._tag === tag ? "" : `another refusal: ${body}`
}

const refusal = (name: string, bytes: string, status: number, tag: string): Scenario => ({
  name,
  run: ({ port }) => refused(dial(port, bytes), status, tag)
})

/** Sends a byte each second until the connection is closed. */
const drip = (client: Client, byte: string): Client => {
  const timer = setInterval(() => client.socket.write(byte), 1_000)
  client.socket.once("close", () => clearInterval(timer))
  return client
}

const timeouts: ReadonlyArray<readonly [name: string, bytes: string, byte: string | undefined, most: number]> = [
  ["a body that stays incomplete", `${post("content-length: 100")}{`, undefined, WHOLE],
  ["a body of a byte a second", `${post("content-length: 1000")}{`, " ", WHOLE],
  ["a chunked body of a byte a second", `${post("transfer-encoding: chunked")}fff\r\n`, " ", WHOLE],
  ["a head that stays incomplete", "GET /healthz HTTP/1.1\r\nhost: x\r\n", undefined, HEADERS],
  ["a head of a byte a second", "GET /healthz HTTP/1.1\r\nhost: x\r\nx-", "a", HEADERS]
]

const ended = async (client: Client, most: number): Promise<string> => {
  const how = await client.closed(most)
  client.socket.destroy()
  return how === "open" ? `open after ${most} ms` : ""
}

/** A few requests at once are answered. More than that end the connection. */
const A_FEW = 16
const MANY = 1_000

/** Node makes requests of all that is in one read before anybody can refuse them: each such client costs 10 ms. */
const HEAVY_BURST = 50

export const scenarios: ReadonlyArray<Scenario> = [
  {
    name: "a stream behind another answer",
    run: async ({ code, port }) => {
      const client = dial(port, head("GET", "/healthz") + stream(code))
      const begins = await client.heard("event: remaining-time")
      client.socket.destroy()
      return begins ? "" : "no stream"
    }
  },
  {
    name: "200 streams behind a stream, sent at once",
    burst: HEAVY_BURST,
    run: ({ code, port }) => ended(dial(port, stream(code).repeat(201)), AT_ONCE)
  },
  {
    name: "60 KB of requests behind a stream that has begun",
    run: async ({ code, port }) => {
      const client = dial(port, stream(code))
      if (!(await client.heard("event: remaining-time"))) return "no stream"
      client.socket.write(head("GET", "/healthz", `x: ${"a".repeat(400)}`).repeat(140))
      return ended(client, AT_ONCE)
    }
  },
  refusal("a chunk size that is none", `${post("transfer-encoding: chunked")}zz\r\n`, 400, "BadRequest"),
  ...timeouts.map(([name, bytes, byte, most]): Scenario => ({
    name,
    isLong: true,
    run: ({ port }) => {
      const client = dial(port, bytes)
      return refused(byte === undefined ? client : drip(client, byte), 408, "RequestTimeout", most)
    }
  })),
  {
    name: "a connection without a byte",
    isLong: true,
    run: ({ port }) => ended(dial(port, ""), HEADERS)
  },
  {
    name: "a body of a byte a second on a request for a stream",
    isLong: true,
    run: ({ code, port }) =>
      ended(drip(dial(port, head("GET", `/api/${code}/connect`, "content-length: 1000")), " "), WHOLE)
  },
  {
    name: "answers of 60 MB that nobody reads",
    isLong: true,
    // Each keeps megabytes of the kernel's memory.
    burst: 20,
    run: async ({ port }) => {
      const client = dial(port, head("GET", "/docs").repeat(20), { keeps: false })
      client.socket.pause()
      await sleep(75_000)
      client.socket.resume()
      const how = await client.closed(AT_ONCE)
      client.socket.destroy()
      return how === "ECONNRESET" ? "" : `${how} instead of a reset`
    }
  },
  refusal("an unknown transfer coding", `${post("transfer-encoding: brotli")}0\r\n\r\n`, 501, "NotImplemented"),
  refusal(
    "gzip below chunked",
    `${post("connection: close", "transfer-encoding: gzip, chunked")}0\r\n\r\n`,
    501,
    "NotImplemented"
  ),
  refusal("both lengths", post("content-length: 1", "transfer-encoding: chunked"), 400, "BadRequest"),
  refusal("two lengths", `${post("content-length: 1", "content-length: 2")}{}`, 400, "BadRequest"),
  refusal("a length that is no number", post("content-length: -1"), 400, "BadRequest"),
  refusal(
    "a chunk extension of 20 KB",
    `${post("transfer-encoding: chunked")}1;${"x".repeat(20_000)}`,
    413,
    "PayloadTooLarge"
  ),
  refusal(
    "a chunked body of 20 KB",
    `${post("connection: close", "transfer-encoding: chunked")}4e20\r\n${"x".repeat(20_000)}\r\n0\r\n\r\n`,
    413,
    "PayloadTooLarge"
  ),
  refusal("no HTTP", "nonsense\r\n\r\n", 400, "BadRequest"),
  refusal("the beginning of TLS", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001", 400, "BadRequest"),
  refusal("the beginning of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "BadRequest"),
  refusal("a header of 17 KB", head("GET", "/", `x: ${"a".repeat(17_000)}`), 431, "HeadersTooLarge"),
  refusal("a path of 17 KB", head("GET", `/${"a".repeat(17_000)}`), 431, "HeadersTooLarge"),
  refusal(
    "5,000 headers",
    head("GET", "/", ...Array.from({ length: 5_000 }, (_, index) => `x${index}: 1`)),
    431,
    "HeadersTooLarge"
  ),
  refusal("a header that is folded", "GET / HTTP/1.1\r\nhost: x\r\nx: a\r\n b\r\n\r\n", 400, "BadRequest"),
  refusal(
    "an expectation that nobody meets",
    head("GET", "/", "expect: a miracle", "connection: close"),
    417,
    "ExpectationFailed"
  ),
  refusal("no host", "GET / HTTP/1.1\r\nconnection: close\r\n\r\n", 400, "BadRequest"),
  refusal("two hosts", "GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\nconnection: close\r\n\r\n", 400, "BadRequest"),
  refusal("a tunnel", "CONNECT x:443 HTTP/1.1\r\nhost: x\r\n\r\n", 400, "BadRequest"),
  {
    name: `${A_FEW} requests sent at once`,
    run: async ({ port }) => {
      const client = dial(
        port,
        head("GET", "/healthz").repeat(A_FEW - 1) + head("GET", "/healthz", "connection: close")
      )
      await client.closed()
      client.socket.destroy()
      const answers = client.text().split("HTTP/1.1 200").length - 1
      return answers === A_FEW ? "" : `${answers} answers`
    }
  },
  {
    name: `${MANY} requests sent at once`,
    burst: HEAVY_BURST,
    run: ({ port }) => ended(dial(port, head("GET", "/healthz").repeat(MANY)), AT_ONCE)
  },
  {
    name: "a reset in the middle of a command",
    run: async ({ code, port }) => {
      const client = dial(
        port,
        `${head("PATCH", `/api/${code}/timer`, "content-type: application/json", "content-length: 50")}{`
      )
      await sleep(50)
      client.socket.resetAndDestroy()
      return ""
    }
  }
]
