/** Clients on raw sockets, which may do what no browser does. */
import { Agent, request } from "node:http"
import { connect, type Socket } from "node:net"

export interface Client {
  readonly socket: Socket
  /** All that has come. */
  readonly text: () => string
  /** Done when a text has come; false if the connection was closed before, or after so many milliseconds. */
  readonly heard: (text: string, most?: number) => Promise<boolean>
  /** How the connection was closed: `end`, or the code of its error; `open` if it is open after so many milliseconds. */
  readonly closed: (most?: number) => Promise<string>
}

export interface DialOptions {
  /** The address that it comes from. */
  readonly from?: string | undefined
  readonly host?: string
  /** Keeps what has come. On by default. */
  readonly keeps?: boolean
  readonly hear?: (text: string) => void
}

/** Connects, and writes bytes. */
export const dial = (
  port: number,
  bytes: string | Uint8Array,
  { from, hear, host = "127.0.0.1", keeps = true }: DialOptions = {}
): Client => {
  let text = ""
  let reason: string | undefined
  const socket = connect({ port, host, ...(from === undefined ? {} : { localAddress: from }) })
  const changed = new Set<() => void>()
  const tell = () => {
    for (const one of changed) one()
  }
  const begun = (found: () => boolean, most: number) =>
    new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer)
        changed.delete(look)
        resolve()
      }
      const look = () => (found() || reason !== undefined ? done() : undefined)
      const timer = setTimeout(done, most)
      changed.add(look)
      look()
    })
  socket.on("data", (piece) => {
    const come = piece.toString("latin1")
    if (keeps) text += come
    hear?.(come)
    tell()
  })
  let error: string | undefined
  socket.on("error", ({ code }: NodeJS.ErrnoException) => (error = code ?? "error"))
  socket.on("close", () => {
    reason = error ?? "end"
    tell()
  })
  if (bytes.length > 0) socket.write(bytes)
  return {
    socket,
    text: () => text,
    heard: async (wanted, most = 5_000) => {
      await begun(() => text.includes(wanted), most)
      return text.includes(wanted)
    },
    closed: async (most = 5_000) => {
      await begun(() => false, most)
      return reason ?? "open"
    }
  }
}

export interface Answer {
  /** 0 where no answer came. */
  readonly status: number
  readonly text: string
  // oxlint-disable-next-line typescript/no-explicit-any -- answers are looked into as each attack pleases
  readonly json: any
  /** How long it took, in milliseconds. */
  readonly took: number
}

export interface AskOptions {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly from?: string
}

/** One kept connection or more for each address that requests come from. */
const agents = new Map<string, Agent>()

const agentFrom = (from: string): Agent => {
  const agent = agents.get(from) ?? new Agent({ keepAlive: true, maxSockets: 64 })
  agents.set(from, agent)
  return agent
}

/** Ends the connections that are kept for further requests, so that they are not counted. */
export const hangUp = (): void => {
  for (const agent of agents.values()) agent.destroy()
}

const PATIENCE = 10_000

/** Asks, and gives the answer and how long it took. */
export const ask = (
  port: number,
  method: string,
  path: string,
  { body, from = "127.0.0.1", headers = {} }: AskOptions = {}
): Promise<Answer> =>
  new Promise((resolve) => {
    const begin = performance.now()
    const sent = request(
      {
        host: "127.0.0.1",
        port,
        method,
        path,
        headers,
        localAddress: from,
        agent: agentFrom(from),
        signal: AbortSignal.timeout(PATIENCE)
      },
      (response) => {
        let text = ""
        response.setEncoding("utf8")
        response.on("data", (piece: string) => (text += piece))
        response.on("error", none)
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            text,
            took: performance.now() - begin,
            get json() {
              return text === "" ? undefined : JSON.parse(text)
            }
          })
        )
      }
    )
    const none = () => resolve({ status: 0, text: "", json: undefined, took: performance.now() - begin })
    sent.on("error", none)
    if (body !== undefined) sent.setHeader("content-type", "application/json")
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })

export const pair = { driver: "lemon", navigator: "apple", timerDuration: 3_600_000 }

/** Opens a room, starts it if it is to run, and gives its access code. */
export const openRoom = async (port: number, fields: object = {}, runs = false): Promise<string> => {
  const { json, status } = await ask(port, "POST", "/api/pair-room", { body: { ...pair, ...fields } })
  if (status !== 201) throw new Error(`no room could be opened: ${status} ${JSON.stringify(json)}`)
  const code: string = json.accessCode
  if (runs) await ask(port, "PATCH", `/api/${code}/timer/start`)
  return code
}

export const head = (method: string, path: string, ...fields: ReadonlyArray<string>): string =>
  `${[`${method} ${path} HTTP/1.1`, "host: x", ...fields].join("\r\n")}\r\n\r\n`

/** The request for a stream of a room. */
export const stream = (code: string): string => head("GET", `/api/${code}/connect`)

/** How many streams of a room the service counts. */
export const connectionsOf = async (port: number, code: string): Promise<number> =>
  (await ask(port, "GET", `/api/pair-room/${code}`)).json.connections

/** Runs `work` for each item, so many at once. */
export const each = async <A>(
  items: ReadonlyArray<A>,
  atOnce: number,
  work: (item: A, index: number) => Promise<unknown>
): Promise<void> => {
  let next = 0
  const lane = async () => {
    while (next < items.length) {
      const index = next++
      await work(items[index]!, index)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, lane))
}
