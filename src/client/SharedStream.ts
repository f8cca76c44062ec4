/**
 * The stream of a room, shared by all tabs of one browser. The tab that has the room's lock is the leader: it has the connection,
 * and sends everything to the other tabs. A browser opens only six connections to a host, so ten tabs could not have one each.
 *
 * When the leader closes, the lock goes to another tab, which comes back with the id of what was seen last. A leader
 * that does not answer any more (its tab is frozen) has the lock taken from it. Without locks or channels every tab
 * leads for itself.
 */
import type { Environment } from "./Environment.ts"
import { EventStream } from "./EventStream.ts"
import { isFinal, readFrame, type RoomUpdate, type StreamState } from "./RoomUpdate.ts"

/** A leader that was silent for so long is asked whether it is there. Longer than some heartbeats. */
const SILENCE_MOST = 40_000

/** How long it may take to answer: this, and up to as much again, so that not all tabs lose patience at once. */
const PATIENCE = 2_000

/** The messages between tabs. */
type Message =
  | {
      /** If there are two leaders, the later one is right. */
      readonly term: number
      readonly update: RoomUpdate
    }
  | { readonly ask: Request }

/** What a tab wants of whoever leads: to answer and do what is due, to connect now, to replace a dead connection, or a live one. */
type Request = "look" | "wake" | "replace" | "renew"

export class SharedStream {
  readonly #environment: Environment
  readonly #name: string
  readonly #url: () => string
  readonly #receive: (update: RoomUpdate) => void
  #current: RoomUpdate = { state: "connecting", room: null, changes: [], id: "", serverTime: null }
  #isStarted = false
  #channel: BroadcastChannel | undefined
  /** The connection, if this tab is the leader. */
  #stream: EventStream | undefined
  #term = 0
  /** Our place in the queue for the lock, and what gives the lock back. */
  #place: AbortController | undefined
  #release: (() => void) | undefined
  #heardAt = 0
  #asked: { readonly at: number; readonly patience: number } | null = null

  /** `name` is that of the room among the tabs, `url` that of its stream. */
  constructor(environment: Environment, name: string, url: () => string, receive: (update: RoomUpdate) => void) {
    this.#environment = environment
    this.#name = name
    this.#url = url
    this.#receive = receive
  }

  start(): void {
    if (this.#isStarted || isFinal(this.#current.state)) return
    this.#isStarted = true
    // After a stop this tab may have missed updates.
    if (this.#current.state === "live") this.#take({ ...this.#current, state: "reconnecting", changes: [] })
    const { channel, locks } = this.#environment
    if (channel === undefined || locks === undefined) return this.#lead()
    this.#channel = channel(this.#name)
    this.#channel.addEventListener("message", ({ data }: MessageEvent<Message>) => this.#hear(data))
    this.#queue(locks, false)
    this.#ask("look")
  }

  /** Leaves the stream to the other tabs. */
  stop(): void {
    this.#isStarted = false
    this.#place?.abort()
    this.#resign()
    this.#channel?.close()
    this.#channel = undefined
  }

  /** Does what is due: to be called about every second. */
  look(): void {
    if (!this.#isStarted) return
    if (this.#stream !== undefined) return this.#stream.look()
    const now = this.#environment.elapsed()
    if (this.#asked !== null) {
      if (now - this.#asked.at > this.#asked.patience) this.#takeOver()
    } else if (
      now - this.#heardAt > SILENCE_MOST ||
      (this.#current.state !== "live" && this.#environment.isVisible())
    ) {
      // The timers of the leader may be late, because its tab is hidden.
      this.#ask("look")
    }
  }

  /** The tab is visible or the network is back: connects without waiting. */
  wake(): void {
    this.#request("wake")
  }

  /** Connects anew under another address, without a word as long as that works. */
  renew(): void {
    this.#request("renew")
  }

  /** The connection is probably dead. */
  replace(): void {
    this.#request("replace")
  }

  #request(request: Request): void {
    if (!this.#isStarted) return
    if (this.#stream === undefined) this.#ask(request)
    else this.#stream[request]()
  }

  #ask(request: Request): void {
    this.#asked ??= { at: this.#environment.elapsed(), patience: PATIENCE * (1 + this.#environment.random()) }
    this.#post({ ask: request })
  }

  #post(message: Message): void {
    this.#channel?.postMessage(message)
  }

  #hear(message: Message): void {
    if ("ask" in message) {
      if (this.#stream === undefined) return
      this.#stream[message.ask]()
      // How long it waits was said when it began to.
      this.#post({ term: this.#term, update: { ...this.#current, changes: [], retryIn: undefined } })
    } else if (this.#stream === undefined && message.term >= this.#term) {
      this.#term = message.term
      this.#heardAt = this.#environment.elapsed()
      this.#asked = null
      this.#take(message.update)
    }
  }

  #take(update: RoomUpdate): void {
    this.#current = update
    if (isFinal(update.state)) this.stop()
    this.#receive(update)
  }

  #queue(locks: LockManager, steal: boolean): void {
    const place = new AbortController()
    this.#place = place
    const held = () =>
      new Promise<void>((release) => {
        if (place.signal.aborted) return release()
        this.#release = release
        this.#lead()
      })
    locks.request(this.#name, steal ? { steal } : { signal: place.signal }, held).catch((error: unknown) => {
      if (place.signal.aborted) return
      // The lock was taken by another tab. Any other error means that there are no locks here.
      this.#resign()
      if (error instanceof Error && error.name === "AbortError") this.#queue(locks, false)
      else this.#lead()
    })
  }

  #takeOver(): void {
    this.#place?.abort()
    this.#asked = null
    if (this.#current.state === "live") this.#take({ ...this.#current, state: "reconnecting", changes: [] })
    this.#queue(this.#environment.locks!, true)
  }

  #lead(): void {
    this.#asked = null
    this.#term = Math.max(this.#term + 1, this.#environment.wall())
    this.#stream = new EventStream(this.#environment, this.#url, this.#current.id, {
      frame: (events, id) => {
        const { changes, room } = readFrame(events)
        this.#tell({
          state: "live",
          room: room ?? this.#current.room,
          changes,
          id,
          serverTime: room?.serverTime ?? null
        })
      },
      heartbeat: (serverTime) => this.#tell({ ...this.#current, changes: [], serverTime }),
      state: (state: StreamState, retryIn) =>
        this.#tell({ ...this.#current, state, changes: [], serverTime: null, retryIn })
    })
    this.#stream.open()
  }

  #tell(update: RoomUpdate): void {
    this.#post({ term: this.#term, update })
    this.#take(update)
  }

  #resign(): void {
    this.#stream?.close()
    this.#stream = undefined
    this.#release?.()
    this.#release = undefined
  }
}
