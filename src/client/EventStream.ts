/**
 * One connection to a room's stream, kept up: it reads frames, watches for silence, and reconnects with growing, random
 * delays. All times are milliseconds.
 */
import type { Environment } from "./Environment.ts"
import type { StreamState } from "./RoomUpdate.ts"
import { type SseEvent, sseParser } from "./Sse.ts"

/** After this many heartbeats without a byte the connection counts as dead. */
const HEARTBEATS_MISSED = 2.5
const HEARTBEAT_INTERVAL = 15_000
const SILENCE_MOST = 300_000

/** The longest time until the first frame of a connection. */
const CONNECT_MOST = 10_000

/** A connection that lived so long is replaced at once when it ends, and does not count as a failure. */
const STABLE = 10_000
const AT_ONCE_MOST = 500

/** The delay of a reconnect before the server has set one; the smallest delay after a failure; the largest one. */
const RETRY_DEFAULT = 1_000
const RETRY_LEAST = 500
const RETRY_MOST = 5_000

export interface StreamReceiver {
  /** All events of one frame, and its id. */
  readonly frame: (events: ReadonlyArray<SseEvent>, id: string) => void
  /** The server's time. */
  readonly heartbeat: (serverTime: number) => void
  /** The state of the connection. A frame makes it `live`. `retryIn`: the milliseconds until the next attempt to connect. */
  readonly state: (state: Exclude<StreamState, "connecting" | "live">, retryIn?: number) => void
}

export class EventStream {
  readonly #environment: Environment
  readonly #url: () => string
  readonly #receiver: StreamReceiver
  #lastEventId: string
  /** The connection, or null while it waits for the next. */
  #connection: AbortController | null = null
  #isOpen = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #dueAt = 0
  #heard = { elapsed: 0, wall: 0 }
  /** When the first frame of this connection came. */
  #liveSince: number | null = null
  #failures = 0
  #retry = RETRY_DEFAULT
  /** Has the server set the time to reconnect since the last frame? */
  #isAsked = false
  #silenceMost = HEARTBEATS_MISSED * HEARTBEAT_INTERVAL
  #heartbeat: number | null = null

  /** `lastEventId` is the last id that was seen, or empty. */
  constructor(environment: Environment, url: () => string, lastEventId: string, receiver: StreamReceiver) {
    this.#environment = environment
    this.#url = url
    this.#lastEventId = lastEventId
    this.#receiver = receiver
  }

  open(): void {
    this.#isOpen = true
    void this.#connect()
  }

  close(): void {
    this.#isOpen = false
    this.#drop()
  }

  /** Does what is due. Call it about every second and when something happens, because timers may be late. */
  look(): void {
    if (!this.#isOpen) return
    if (this.#connection === null) {
      if (this.#environment.elapsed() >= this.#dueAt) void this.#connect()
    } else if (this.#silence > (this.#liveSince === null ? CONNECT_MOST : this.#silenceMost)) {
      // The server may have longer heartbeats than usual.
      if (this.#heartbeat === null) this.#silenceMost = Math.min(SILENCE_MOST, this.#silenceMost * 2)
      this.replace()
    }
  }

  /** The tab is visible or the network is back: connects without waiting. */
  wake(): void {
    if (this.#isOpen && this.#connection === null) void this.#connect()
    else this.look()
  }

  /** The connection is probably dead: open another one, at once if it had been live. */
  replace(): void {
    if (!this.#isOpen || this.#connection === null) return
    const wasLive = this.#liveSince !== null
    this.#lost()
    if (wasLive) void this.#connect()
  }

  /** The address has changed: opens another connection. Nothing is said of it unless that fails. */
  renew(): void {
    if (this.#isOpen) void this.#connect()
  }

  async #connect(): Promise<void> {
    this.#drop()
    const connection = new AbortController()
    this.#connection = connection
    this.#heartbeat = null
    this.#hear()
    try {
      const response = await this.#environment.fetch(this.#url(), {
        headers: {
          accept: "text/event-stream",
          ...(this.#lastEventId === "" ? {} : { "last-event-id": this.#lastEventId })
        },
        cache: "no-store",
        signal: connection.signal
      })
      const end = await endOf(response)
      if (connection.signal.aborted) return
      if (end !== null) return this.#end(end)
      if (isStream(response)) await this.#read(response.body!, connection.signal)
    } catch {
      // The network failed, or this client gave up.
    }
    if (!connection.signal.aborted) this.#lost()
  }

  async #read(body: ReadableStream<Uint8Array>, signal: AbortSignal): Promise<void> {
    let frame: Array<SseEvent> = []
    const parse = sseParser({
      event: (event) => {
        if (signal.aborted) return
        if (event.event === "heartbeat") this.#beat(Number(event.data))
        // A frame ends with its id. A frame that is cut off before it counts as not seen.
        else frame.push(event)
      },
      id: (id) => {
        if (signal.aborted) return
        const events = frame
        frame = []
        this.#lastEventId = id
        this.#isAsked = false
        this.#liveSince ??= this.#environment.elapsed()
        this.#receiver.frame(events, id)
        if (events.some(({ event }) => event === "close")) this.#end("ended")
      },
      retry: (delay) => {
        this.#retry = delay
        this.#isAsked = true
      }
    })
    const reader = body.getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done || signal.aborted) return
      this.#hear()
      parse(value)
    }
  }

  #beat(serverTime: number): void {
    if (this.#heartbeat !== null) {
      this.#silenceMost = Math.min(SILENCE_MOST, HEARTBEATS_MISSED * Math.max(1_000, serverTime - this.#heartbeat))
    }
    this.#heartbeat = serverTime
    this.#receiver.heartbeat(serverTime)
  }

  #hear(): void {
    this.#heard = { elapsed: this.#environment.elapsed(), wall: this.#environment.wall() }
  }

  /** The larger time of two clocks: one of them may have stood still while the machine slept. */
  get #silence(): number {
    const { elapsed, wall } = this.#environment
    return Math.max(elapsed() - this.#heard.elapsed, wall() - this.#heard.wall)
  }

  #lost(): void {
    const delay = this.#delay()
    this.#drop()
    this.#dueAt = this.#environment.elapsed() + delay
    this.#timer = setTimeout(() => void this.#connect(), delay)
    this.#receiver.state(this.#environment.onLine() ? "reconnecting" : "offline", delay)
  }

  #delay(): number {
    const { elapsed, random } = this.#environment
    const isStable = this.#liveSince !== null && elapsed() - this.#liveSince >= STABLE
    this.#failures = isStable ? 0 : this.#failures + 1
    if (isStable && !this.#isAsked) return random() * AT_ONCE_MOST
    const grown = Math.min(RETRY_MOST, Math.max(RETRY_LEAST, this.#retry) * 2 ** this.#failures)
    return Math.max(this.#isAsked ? this.#retry : 0, grown * (0.5 + random() / 2))
  }

  #drop(): void {
    clearTimeout(this.#timer)
    this.#connection?.abort()
    this.#connection = null
    this.#liveSince = null
  }

  #end(state: "ended" | "missing"): void {
    this.close()
    this.#receiver.state(state)
  }
}

/** Does the answer mean that the room does not exist? */
const endOf = async (response: Response): Promise<"ended" | "missing" | null> => {
  if (response.status === 204) return "ended"
  if (response.status !== 404) return null
  // A proxy may answer 404 too, while the service behind it is being replaced.
  const { _tag } = (await response.json()) as { readonly _tag?: string }
  return _tag === "RoomNotFound" ? "missing" : null
}

const isStream = ({ body, headers, ok }: Response) =>
  ok && body !== null && (headers.get("content-type") ?? "").startsWith("text/event-stream")
