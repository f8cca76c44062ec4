/**
 * Who watches a room: clients through outlets, embedding programs through a PubSub. Tells presence and sends
 * heartbeats while anyone is here.
 */
import { Duration, Effect, PubSub, Stream } from "effect"
import type { Attendance } from "../store/Presence.ts"
import { type Frame, heartbeat } from "./Frame.ts"
import { type Outlet, Outlets } from "./Outlets.ts"
import type { RoomSettings } from "./RoomSettings.ts"
import { type Fork, Task } from "./Task.ts"

/** Presence is told at once, and then at most this often, in milliseconds. */
const PRESENCE_INTERVAL = 1_000

/** Heartbeats fall on whole multiples of this, in milliseconds. */
const HEARTBEAT_GRID = 100

/** How many frames an embedding program may leave unread, before it is given the room anew instead. */
const UNREAD_FRAMES = 256

/** What the room says about itself to those who watch it. */
export interface Speaker {
  readonly now: Effect.Effect<number>
  /** Publishes what is due at `now`, so that nothing older comes after a snapshot of that time. */
  readonly catchUp: (now: number) => unknown
  /** Where a stream begins; `missed` when its client may have missed a change. */
  readonly snapshot: (now: number, connections: number, missed: boolean) => Frame
  readonly presence: (now: number, connections: number) => Frame
  /** Called whenever someone has come or left. */
  readonly attended: () => void
  /** Called when another number may be connected here. */
  readonly counted: () => void
}

/** A frame on its way to an embedding program. */
interface Published {
  readonly frame: Frame
  /** Its number among all frames of the room. */
  readonly number: number
  /** How many frames up to this one must not be lost: all but ticks. */
  readonly kept: number
}

export interface JoinOptions {
  /** Was it here before? */
  readonly returns: boolean
  /** May it have missed a change? */
  readonly missed: boolean
}

export class Audience {
  readonly #speaker: Speaker
  readonly #settings: typeof RoomSettings.Service
  readonly #outlets = new Outlets()
  readonly #telling: Task
  /** For embedding programs, made for the first of them. */
  #pubsub: PubSub.PubSub<Published> | undefined
  #number = 0
  #kept = 0
  #presenceToldAt = Number.NEGATIVE_INFINITY
  /** Until when `telling` sleeps. */
  #tellsAt = Number.POSITIVE_INFINITY
  #nextHeartbeat = 0
  /** When `keepUp` is to be called next, or earlier: who has left is not looked for. */
  nextUpkeep = Number.POSITIVE_INFINITY

  constructor(speaker: Speaker, settings: typeof RoomSettings.Service, fork: Fork) {
    this.#speaker = speaker
    this.#settings = settings
    this.#telling = new Task(fork)
  }

  /** Is anyone here? */
  get isWatched(): boolean {
    return !this.#outlets.isEmpty
  }

  /** Does anyone want the `remaining-time` of each second? */
  get wantsTicks(): boolean {
    return this.#outlets.hasTicking
  }

  get connections(): number {
    return this.#outlets.connections
  }

  /** Who is connected here. */
  get here(): Attendance {
    return this.#outlets.here
  }

  /** Hears who is connected elsewhere. */
  hearElsewhere(elsewhere: Attendance): void {
    this.#outlets.elsewhere = elsewhere
    this.#tellPresence()
  }

  /** At the latest an interval from now, and together with other rooms: one wake-up then serves many of them. */
  #heartbeatAfter(now: number): number {
    const due = now + this.#heartbeatInterval
    return this.#heartbeatInterval > HEARTBEAT_GRID ? due - (due % HEARTBEAT_GRID) : due
  }

  get #heartbeatInterval(): number {
    return Duration.toMillis(this.#settings.heartbeatInterval)
  }

  /** Hands a frame to everyone whom it concerns, at once. */
  publish(frame: Frame): void {
    this.#number++
    if (frame.kind !== "tick") this.#kept++
    if (this.#pubsub !== undefined) {
      // The effect makes room in a full PubSub, which `publishUnsafe` would not.
      Effect.runSync(PubSub.publish(this.#pubsub, { frame, number: this.#number, kept: this.#kept }))
    }
    this.#outlets.hand(frame)
  }

  /** Ends every stream. */
  endAll(now: number): void {
    this.#outlets.endAll(now)
    this.#speaker.counted()
  }

  /** Stops whatever runs here. */
  stop(): void {
    this.#telling.stop()
    this.#tellsAt = Number.POSITIVE_INFINITY
  }

  /**
   * Ends what has lived long enough, and sends the heartbeat that falls due until `until`: later than `now` in a room that
   * ticks, where the heartbeat goes with a tick.
   */
  keepUp(now: number, until: number): void {
    this.#outlets.retire(now)
    if (until >= this.#nextHeartbeat) {
      this.#nextHeartbeat = until > now ? now + this.#heartbeatInterval : this.#heartbeatAfter(now)
      this.#outlets.hand(heartbeat(now))
    }
    this.#plan()
    this.#tellPresence()
  }

  #plan(): void {
    this.nextUpkeep = Math.min(this.#nextHeartbeat, this.#outlets.nextEnd)
  }

  /** Adds a client, with the snapshot first. */
  join(outlet: Outlet, options: JoinOptions): Effect.Effect<void> {
    return Effect.map(
      this.#speaker.now,
      (now) => void this.#enter(outlet, now, Duration.toMillis(this.#settings.streamLifetime), options)
    )
  }

  /** The client has gone; nothing happens if the server has ended its stream already. */
  leave(outlet: Outlet): void {
    this.#outlets.leave(outlet)
    this.#tellPresence()
    this.#speaker.attended()
  }

  /** The server ends the stream of an outlet, whose client is expected back. */
  dismiss(outlet: Outlet): Effect.Effect<void> {
    return Effect.map(this.#speaker.now, (now) => {
      this.#outlets.dismiss(outlet, now)
      this.#tellPresence()
      this.#speaker.attended()
    })
  }

  /** The frames from now on, with the snapshot first. */
  get frames(): Stream.Stream<Frame> {
    const begin = Effect.gen({ self: this }, function* () {
      this.#pubsub ??= yield* PubSub.sliding<Published>(UNREAD_FRAMES)
      const subscription = yield* PubSub.subscribe(this.#pubsub)
      const program: Outlet = { ticks: true, write: () => true, end: () => {} }
      const first = yield* Effect.acquireRelease(
        Effect.map(this.#speaker.now, (now) =>
          this.#enter(program, now, Number.POSITIVE_INFINITY, { returns: false, missed: false })
        ),
        () => Effect.sync(() => this.leave(program))
      )
      return Stream.fromSubscription(subscription).pipe(
        Stream.mapEffect(this.#following(first)),
        Stream.flattenIterable,
        Stream.prepend([first.frame])
      )
    })
    return Stream.takeUntil(Stream.unwrap(begin), (frame) => frame.last)
  }

  #enter(outlet: Outlet, now: number, lifetime: number, { missed, returns }: JoinOptions): Published {
    this.#speaker.catchUp(now)
    if (!this.isWatched) this.#nextHeartbeat = this.#heartbeatAfter(now)
    this.#outlets.join(outlet, now + lifetime, returns)
    this.#plan()
    const frame = this.#speaker.snapshot(now, this.connections, missed)
    outlet.write(frame)
    this.#tellPresence()
    this.#speaker.attended()
    return { frame, number: this.#number, kept: this.#kept }
  }

  /** What a program is given of the published frames: each once, or the room anew where one was lost. */
  #following(first: Published) {
    let seen = first
    let told = first.frame.connections
    return Effect.fnUntraced({ self: this }, function* (next: Published) {
      if (next.number <= seen.number) return []
      const lost = next.kept - seen.kept > (next.frame.kind === "tick" ? 0 : 1)
      const frame = lost ? this.#speaker.snapshot(yield* this.#speaker.now, this.connections, true) : next.frame
      const known = frame.kind === "presence" && frame.connections === told
      seen = lost ? { frame, number: this.#number, kept: this.#kept } : next
      told = frame.connections ?? told
      return known ? [] : [frame]
    })
  }

  #tellPresence(): void {
    this.#speaker.counted()
    if (this.#nextTelling < this.#tellsAt) this.#telling.run(Audience.#tell(this))
  }

  /** When presence is to be told, or someone no longer waited for; never where everyone knows and nobody is. */
  get #nextTelling(): number {
    return this.#outlets.hasUntold ? this.#presenceToldAt + PRESENCE_INTERVAL : this.#outlets.nextForgotten
  }

  /** Tells presence until everyone knows it and nobody is expected back. */
  static readonly #tell = Effect.fnUntraced(function* (audience: Audience) {
    for (;;) {
      const now = yield* audience.#speaker.now
      audience.#outlets.retire(now)
      audience.#speaker.counted()
      if (audience.#outlets.hasUntold && now >= audience.#presenceToldAt + PRESENCE_INTERVAL) {
        audience.#presenceToldAt = now
        audience.publish(audience.#speaker.presence(now, audience.connections))
      }
      audience.#tellsAt = audience.#nextTelling
      if (audience.#tellsAt === Number.POSITIVE_INFINITY) return
      yield* audience.#sleepUntil(audience.#tellsAt)
    }
  })

  #sleepUntil(time: number): Effect.Effect<void> {
    return Effect.flatMap(this.#speaker.now, (now) => Effect.sleep(Duration.millis(Math.max(0, time - now))))
  }
}
