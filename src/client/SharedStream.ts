/**
 * The stream of a room, shared by all tabs of one browser. One tab leads: it has the connection, and sends everything to the
 * other tabs. A browser opens only six connections to a host, so ten tabs could not have one each.
 *
 * When the leader closes, another tab leads, which comes back with the id of what was seen last. A leader proves about every
 * second that it lives, for its tab may be frozen or dead: if it does not, another tab takes over. Where tabs cannot hear each
 * other, each leads for itself.
 */
import type { Environment } from "./Environment.ts"
import { EventStream } from "./EventStream.ts"
import { type Candidacy, type Lead, leadOf } from "./Lead.ts"
import { isFinal, readFrame, type RoomUpdate, type StreamState } from "./RoomUpdate.ts"

/** A leader that was silent for so long is asked whether it lives, in milliseconds. */
const SILENCE_MOST = 900

/** How long it may take to answer: this, and up to half as much again, so that not all tabs lose patience at once. */
const PROOF_MOST = 1_000

/** Who leads. If there are two leaders, the later one is right; of two at once, the one with the larger id. */
interface Leader {
  readonly term: number
  readonly from: string
}

/** The messages between tabs. */
type Message =
  | (Leader & { readonly update: RoomUpdate })
  | { readonly leads: Leader }
  /** The leader has left. */
  | { readonly gone: true }
  /** Whoever leads is to answer, with the room if it is another one than this tab `knows`. */
  | { readonly ask: Request; readonly knows: string }
  | Candidacy

/** What a tab wants of whoever leads: to do what is due, to connect now, to replace a dead connection, or a live one. */
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
  #lead: Lead | undefined
  /** Who led last, as far as this tab knows. */
  #leader: Leader = { term: 0, from: "" }
  #heardAt = 0
  /** Runs while an answer of the leader is waited for. */
  #patience: ReturnType<typeof setTimeout> | undefined

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
    this.#channel = this.#environment.channel?.(this.#name)
    if (this.#channel === undefined) return this.#begin()
    this.#channel.addEventListener("message", ({ data }: MessageEvent<Message>) => this.#hear(data))
    this.#lead = leadOf(this.#environment, this.#name, (candidacy) => this.#post(candidacy), {
      begin: () => this.#begin(),
      end: () => this.#resign()
    })
    this.#lead.stand()
    this.#ask("look")
  }

  /** Leaves the stream to the other tabs. */
  stop(): void {
    this.#isStarted = false
    if (this.#stream !== undefined) this.#post({ gone: true })
    this.#heard()
    this.#lead?.leave()
    this.#resign()
    this.#channel?.close()
    this.#channel = undefined
  }

  /** Does what is due: to be called about every second. */
  look(): void {
    if (!this.#isStarted) return
    if (this.#stream !== undefined) return this.#stream.look()
    const isSilent = this.#environment.elapsed() - this.#heardAt > SILENCE_MOST
    // The timers of the leader may be late, because its tab is hidden. So whoever is asked does what is due.
    if (isSilent || (this.#current.state !== "live" && this.#environment.isVisible())) this.#ask("look")
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
    this.#patience ??= setTimeout(() => this.#takeOver(), PROOF_MOST * (1 + this.#environment.random() / 2))
    this.#post({ ask: request, knows: this.#knows })
  }

  get #knows(): string {
    return `${this.#current.state} ${this.#current.id}`
  }

  #post(message: Message): void {
    try {
      this.#channel?.postMessage(message)
    } catch {
      this.#beAlone()
    }
  }

  /** The browser lets tabs say nothing to each other: this one goes on for itself. */
  #beAlone(): void {
    this.#channel?.close()
    this.#channel = undefined
    this.#lead?.leave()
    this.#lead = undefined
    if (this.#stream === undefined) this.#begin()
  }

  #hear(message: Message): void {
    if ("stands" in message) {
      if (this.#stream === undefined) this.#lead?.hear(message)
      else this.#prove()
    } else if ("gone" in message) {
      if (this.#stream === undefined) this.#lead?.onGone()
    } else if ("ask" in message) {
      if (this.#stream === undefined) return
      this.#stream[message.ask]()
      if (message.knows === this.#knows) this.#prove()
      // How long it waits was said when it began to.
      else this.#post({ ...this.#leader, update: { ...this.#current, changes: [], retryIn: undefined } })
    } else if (this.#follows("leads" in message ? message.leads : message) && "update" in message) {
      this.#take(message.update)
    }
  }

  /** Says that this tab leads. */
  #prove(): void {
    this.#post({ leads: this.#leader })
  }

  /** Another tab says that it leads. Returns true if this tab believes it, and follows from now on. */
  #follows({ from, term }: Leader): boolean {
    const isLater = term > this.#leader.term || (term === this.#leader.term && from >= this.#leader.from)
    if (this.#stream !== undefined) {
      // Both tabs think that they lead. The other one gives way when it hears that this one leads, or this one gives way here.
      if (!isLater) this.#prove()
      if (!isLater || this.#lead?.onLed() !== true) return false
      this.#resign()
    } else if (!isLater) return false
    this.#lead?.onLed()
    this.#leader = { from, term }
    this.#heard()
    return true
  }

  /** The leader lives. */
  #heard(): void {
    clearTimeout(this.#patience)
    this.#patience = undefined
    this.#heardAt = this.#environment.elapsed()
  }

  #take(update: RoomUpdate): void {
    this.#current = update
    if (isFinal(update.state)) this.stop()
    this.#receive(update)
  }

  #takeOver(): void {
    this.#patience = undefined
    if (this.#stream !== undefined) return
    if (this.#current.state === "live") this.#take({ ...this.#current, state: "reconnecting", changes: [] })
    this.#lead?.takeOver()
  }

  #begin(): void {
    this.#heard()
    this.#leader = { term: Math.max(this.#leader.term + 1, this.#environment.wall()), from: this.#environment.id }
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
    this.#prove()
  }

  #tell(update: RoomUpdate): void {
    this.#post({ ...this.#leader, update })
    this.#take(update)
  }

  #resign(): void {
    this.#stream?.close()
    this.#stream = undefined
  }
}
