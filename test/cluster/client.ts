/** Clients as browsers are: an `EventSource` that comes back by itself, and requests. Light, for many in one process. */
import { Agent, type ClientRequest, request } from "node:http"
import { sleep } from "./time.ts"

export interface Block {
  readonly event: string
  readonly data: string
  readonly id: string | undefined
  /** When it came, by the monotonic clock, in milliseconds. */
  readonly at: number
  /** Of the instance, or of the proxy, that it came from. */
  readonly port: number
}

export interface Connection {
  readonly port: number
  /** When it was asked for, when its first event came, and when it was over; in milliseconds, 0 for not yet. */
  readonly askedAt: number
  openedAt: number
  endedAt: number
}

export interface EventStreamOptions {
  readonly path: string
  /** Where to connect to, at each attempt. */
  readonly port: (attempt: number) => number
  readonly hear?: (block: Block) => void
}

const UNTIL_TOLD = 3_000

/** Comes back after the time that the server told it, with the last `id` that it has seen, until `close`. */
export class EventStream {
  readonly path: string
  /** Each connection that was tried, the refused ones too. */
  readonly connections: Array<Connection> = []
  lastEventId = ""
  readonly #options: EventStreamOptions
  #retry = UNTIL_TOLD
  #request: ClientRequest | undefined
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: EventStreamOptions) {
    this.#options = options
    this.path = options.path
    this.#connect()
  }

  /** The connection that it has now, if it has heard anything on it. */
  get current(): Connection | undefined {
    const last = this.connections.at(-1)
    return last !== undefined && last.openedAt > 0 && last.endedAt === 0 ? last : undefined
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#request?.destroy()
  }

  #connect(): void {
    const port = this.#options.port(this.connections.length)
    const connection: Connection = { port, askedAt: performance.now(), openedAt: 0, endedAt: 0 }
    this.connections.push(connection)
    const over = (): void => {
      if (connection.endedAt > 0) return
      connection.endedAt = performance.now()
      if (!this.#closed) this.#timer = setTimeout(() => this.#connect(), this.#retry)
    }
    const headers = {
      accept: "text/event-stream",
      "accept-encoding": "gzip, deflate",
      ...(this.lastEventId === "" ? {} : { "last-event-id": this.lastEventId })
    }
    this.#request = request({ host: "127.0.0.1", port, path: this.path, agent: false, headers }, (response) => {
      if (response.statusCode !== 200) this.close()
      let rest = ""
      response.setEncoding("utf8")
      response.on("data", (text: string) => {
        const blocks = (rest + text).split("\n\n")
        rest = blocks.pop() ?? ""
        for (const block of blocks) this.#hear(block, connection)
      })
      response.on("close", over).on("error", over)
    })
    this.#request.on("error", over).end()
  }

  #hear(text: string, connection: Connection): void {
    const fields = new Map(text.split("\n").map((line) => line.split(/: (.*)/s) as [string, string]))
    const retry = fields.get("retry")
    if (retry !== undefined) this.#retry = Number(retry)
    const event = fields.get("event")
    if (event === undefined) return
    const at = performance.now()
    connection.openedAt ||= at
    const id = fields.get("id")
    if (id !== undefined) this.lastEventId = id
    this.#options.hear?.({ event, data: fields.get("data") ?? "", id, at, port: connection.port })
  }
}

export interface Answer {
  readonly status: number
  readonly headers: Record<string, string | Array<string> | undefined>
  // oxlint-disable-next-line typescript/no-explicit-any -- answers are looked into by the tests as they please
  readonly json: any
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 })

/** What a request may take, in milliseconds. */
export const PATIENCE = 5_000

/** Asks once; `undefined` where no answer came, so that nobody knows whether it was heard. */
export const ask = (
  port: number,
  method: string,
  path: string,
  { body, headers = {} }: { readonly body?: object; readonly headers?: Record<string, string> } = {}
): Promise<Answer | undefined> =>
  new Promise((resolve) => {
    const sent = request(
      { host: "127.0.0.1", port, method, path, agent, headers, signal: AbortSignal.timeout(PATIENCE) },
      (response) => {
        let text = ""
        response.setEncoding("utf8")
        response.on("data", (piece: string) => (text += piece))
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            get json() {
              return text === "" ? undefined : JSON.parse(text)
            }
          })
        )
        response.on("error", () => resolve(undefined))
      }
    )
    sent.on("error", () => resolve(undefined))
    if (body !== undefined) sent.setHeader("content-type", "application/json")
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })

/** Asks until it is answered with this status. A busy machine may refuse at first, or give no answer in time. */
export const insist = async (status: number, ...asked: Parameters<typeof ask>): Promise<Answer> => {
  for (;;) {
    const answer = await ask(...asked)
    if (answer?.status === status) return answer
    await sleep(100)
  }
}
