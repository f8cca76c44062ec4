/**
 * A room for a page: its state, the remaining time, the state of the connection, and the commands.
 */
import { toKey, type AccessCode } from "../domain/AccessCode.ts"
import { paused, remainingAt, running } from "../domain/Timer.ts"
import { Claims } from "./Claims.ts"
import { type CommandOptions, type CommandResult, Commands, type TimerSetting } from "./Commands.ts"
import { browser, type Environment, type Signal } from "./Environment.ts"
import { isSame, type RoomUpdate, type RoomView, type StreamState, type TimerChange } from "./RoomUpdate.ts"
import { RoundTrips } from "./RoundTrips.ts"
import { ServerClock } from "./ServerClock.ts"
import { SharedStream } from "./SharedStream.ts"

export type { CommandOptions, CommandResult, RoomView, StreamState, TimerChange, TimerSetting }

/** How often the client does what is due, in milliseconds. In a hidden tab the browser does it less often. */
const PULSE = 1_000

/** A finish that the client learns of later than this was missed, in milliseconds. */
const FINISH_LATE = 5_000

/** A finish before the page was opened is reported if it is not older than this, in milliseconds. */
const FINISH_RECENT = 600_000

export interface Connection {
  readonly state: StreamState
  /** How long a round trip to the server takes, in whole milliseconds; null until it was measured. */
  readonly delay: number | null
  /** In how many milliseconds from now the next attempt to connect comes, if that is known. */
  readonly retryIn?: number
}

export type ClientEvent =
  /** The room has changed, or only its presence. */
  | { readonly type: "room"; readonly room: RoomView }
  /** The kind of the change, after the `room` that shows it. `running` if the room runs when it is first seen. */
  | { readonly type: "timer"; readonly change: TimerChange }
  | { readonly type: "connection"; readonly connection: Connection }
  /**
   * The time was up. It comes once for each finish, by the server's clock. `missed` if it was some seconds ago, because this tab
   * was not connected, asleep or not open.
   */
  | { readonly type: "finish"; readonly finishedAt: number; readonly missed: boolean }

export interface RoomClient extends Pick<Commands, keyof Commands> {
  readonly code: string
  /** Null until the room was first seen. */
  readonly room: RoomView | null
  readonly connection: Connection
  /** The server's time, in milliseconds, with fractions. */
  now(): number
  /** The remaining time at `now()`, in milliseconds, from 0 to the full length of the period. 0 until the room was first seen. */
  remaining(): number
  /** Calls back at each event. Returns a function that ends this. */
  on(listener: (event: ClientEvent) => void): () => void
  /** Connects without waiting, where there is no connection. */
  reconnect(): void
  /** Says under which name this browser is connected, which `me` of the options returns from now on. */
  rename(): void
  /** True in one tab of this browser for each key; in another one a second later, if that tab does not begin. Those that are not `ready` wait. */
  claim(key: string, ready?: boolean): Promise<boolean>
  /** To be called when this tab begins to do what it claimed. True in exactly one tab of this browser for each key. */
  prove(key: string): Promise<boolean>
  /** Ends everything. No event comes after it. */
  close(): void
}

export interface RoomOptions {
  /** The prefix of the API, such as `/api`; empty for none. */
  readonly api: string
  /** The name of the one at this browser, if it is known. It goes with every command, and with the stream. */
  readonly me?: () => string | undefined
  /** By default the browser. */
  readonly environment?: Environment
}

/** Opens the room with this access code, and follows it until the client is closed. */
export const openRoom = (
  code: string,
  { api, environment = browser(), me = () => undefined }: RoomOptions
): RoomClient => new OpenRoom(code, api, environment, me)

class OpenRoom extends Commands implements RoomClient {
  readonly code: string
  room: RoomView | null = null
  connection: Connection = { state: "connecting", delay: null }
  readonly #listeners = new Set<(event: ClientEvent) => void>()
  readonly #clock: ServerClock
  readonly #roundTrips: RoundTrips
  readonly #stream: SharedStream
  readonly #claims: Claims
  readonly #pulse: ReturnType<typeof setInterval>
  readonly #deafen: () => void
  #finishedAt = 0

  constructor(code: string, api: string, environment: Environment, me: () => string | undefined) {
    super(
      environment,
      api,
      code,
      () => ({ state: this.connection.state, room: this.room }),
      me,
      () => this.#suspect()
    )
    const base = `${api}/${encodeURIComponent(code)}`
    const name = `pairroom:${api}:${toKey(code as AccessCode)}`
    this.code = code
    this.#clock = new ServerClock(environment)
    this.#roundTrips = new RoundTrips(environment, this.#clock, `${base}/timer`, () => this.#suspect())
    const url = () => {
      const here = me()
      return `${base}/connect?ticks=off${here === undefined ? "" : `&name=${encodeURIComponent(here)}`}`
    }
    this.#stream = new SharedStream(environment, name, url, (update) => this.#take(update))
    this.#claims = new Claims(environment, name)
    this.#pulse = setInterval(() => this.#look(), PULSE)
    this.#deafen = environment.onSignal((signal) => this.#onSignal(signal))
    // Later, so that the caller can add its listeners first.
    queueMicrotask(() => this.#stream.start())
  }

  now(): number {
    return this.#clock.now()
  }

  remaining(): number {
    if (this.room === null) return 0
    const { endsAt, periodDuration, remainingTime } = this.room
    return remainingAt(endsAt === null ? paused(remainingTime) : running(endsAt), periodDuration, this.now())
  }

  on(listener: (event: ClientEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  reconnect(): void {
    this.#stream.wake()
  }

  rename(): void {
    this.#stream.renew()
  }

  claim(key: string, ready?: boolean): Promise<boolean> {
    return this.#claims.claim(key, ready)
  }

  prove(key: string): Promise<boolean> {
    return this.#claims.prove(key)
  }

  close(): void {
    this.#listeners.clear()
    clearInterval(this.#pulse)
    this.#deafen()
    this.#roundTrips.stop()
    this.#stream.stop()
  }

  #look(): void {
    if (this.#clock.isDisturbed()) this.#wake()
    else this.#stream.look()
    if (this.#roundTrips.isDue) this.#measure()
  }

  #wake(): void {
    this.#stream.wake()
    this.#measure()
  }

  /** A request got no answer, so the stream may be dead too. */
  #suspect(): void {
    if (this.connection.state === "live") this.#stream.replace()
  }

  #onSignal(signal: Signal): void {
    if (signal === "wake") this.#wake()
    else if (signal === "offline") this.#stream.replace()
    else if (signal === "suspend") this.#stream.stop()
    else {
      this.#stream.start()
      this.#wake()
    }
  }

  #measure(): void {
    // It is measured again when the connection is live.
    if (this.connection.state !== "live") return
    void this.#roundTrips.measure(() => this.#connected(this.connection.state))
  }

  #take({ changes, retryIn, room, serverTime, state }: RoomUpdate): void {
    const isNewlyLive = state === "live" && this.connection.state !== "live"
    const isLater = serverTime !== null && this.#clock.heard(serverTime)
    const before = this.room
    if (room !== null && !isSame(room, before)) this.room = room
    this.#connected(state, retryIn)
    if (isNewlyLive || isLater) this.#measure()
    if (this.room === null || this.room === before) return
    this.#tell({ type: "room", room: this.room })
    this.#finished(this.room, before)
    // `running` matters only at first. Later the change itself has an event.
    const isFoundRunning = before === null && this.room.running
    const news = isFoundRunning ? (["running"] as const) : changes.filter((change) => change !== "running")
    for (const change of news) this.#tell({ type: "timer", change })
  }

  #finished({ finishedAt, running }: RoomView, before: RoomView | null): void {
    if (finishedAt === null || finishedAt <= this.#finishedAt) return
    this.#finishedAt = finishedAt
    const age = this.now() - finishedAt
    if (before === null && (running || age > FINISH_RECENT)) return
    this.#tell({ type: "finish", finishedAt, missed: age > FINISH_LATE })
  }

  #connected(state: StreamState, retryIn?: number): void {
    const delay = this.#roundTrips.delay === null ? null : Math.round(this.#roundTrips.delay)
    if (state === this.connection.state && delay === this.connection.delay && retryIn === undefined) return
    this.connection = { state, delay, ...(retryIn === undefined ? {} : { retryIn }) }
    this.#tell({ type: "connection", connection: this.connection })
  }

  #tell(event: ClientEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (error) {
        // A fault of the page: it is reported there, and the stream goes on.
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }
}
