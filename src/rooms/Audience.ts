/**
 * Who watches a room: clients through outlets, embedding programs through a PubSub. Tells presence and sends
 * heartbeats while anyone is here.
 */
import { Duration, Effect, FiberHandle, PubSub, Stream } from "effect"
import { type Frame, heartbeat } from "./Frame.ts"
import { type Outlet, Outlets } from "./Outlets.ts"
import { RoomSettings } from "./RoomSettings.ts"

/** Presence is told at once, and then at most this often, in milliseconds. */
const PRESENCE_INTERVAL = 1_000

/** How many frames an embedding program may leave unread, before it is given the room anew instead. */
const UNREAD_FRAMES = 256

/** What the room says about itself to those who watch it. */
export interface Speaker {
  readonly now: Effect.Effect<number>
  /** Publishes what is due at `now`, so that nothing older comes after a snapshot of that time. */
  readonly catchUp: (now: number) => void
  /** Where a stream begins; `missed` when its client may have missed a change. */
  readonly snapshot: (now: number, connections: number, missed: boolean) => Frame
  readonly presence: (now: number, connections: number) => Frame
  /** Runs whenever someone has come or left. */
  readonly attended: Effect.Effect<void>
}

/** A frame on its way to an embedding program. */
interface Published {
  readonly frame: Frame
  /** Its number among all frames of the room. */
  readonly number: number
  /** How many frames up to this one must not be lost: all but ticks. */
  readonly kept: number
}

export interface Audience {
  /** Is anyone here? */
  readonly isWatched: () => boolean
  /** Does anyone want the `remaining-time` of each second? */
  readonly wantsTicks: () => boolean
  readonly connections: () => number
  /** Hands a frame to everyone whom it concerns, at once. */
  readonly publish: (frame: Frame) => void
  /** Ends every stream. */
  readonly endAll: (now: number) => void
  /** Adds a client, with the snapshot first. */
  readonly join: (outlet: Outlet, options: JoinOptions) => Effect.Effect<void>
  /** The client has gone; nothing happens if the server has ended its stream already. */
  readonly leave: (outlet: Outlet) => Effect.Effect<void>
  /** The frames from now on, with the snapshot first. */
  readonly frames: Stream.Stream<Frame>
}

export interface JoinOptions {
  /** Was it here before? */
  readonly returns: boolean
  /** May it have missed a change? */
  readonly missed: boolean
}

export const make = Effect.fnUntraced(function* (speaker: Speaker) {
  const settings = yield* RoomSettings
  const lifetime = Duration.toMillis(settings.streamLifetime)
  const heartbeatInterval = Duration.toMillis(settings.heartbeatInterval)
  const outlets = new Outlets()
  const pubsub = yield* Effect.acquireRelease(PubSub.sliding<Published>(UNREAD_FRAMES), PubSub.shutdown)
  // Forked from here, so that a fiber keeps nothing of the request that happened to start it.
  const beating = yield* FiberHandle.make()
  const startBeating = yield* FiberHandle.runtime(beating)<never>()
  const telling = yield* FiberHandle.make()
  const startTelling = yield* FiberHandle.runtime(telling)<never>()

  let number = 0
  let kept = 0
  let presenceToldAt = Number.NEGATIVE_INFINITY

  const publish = (frame: Frame): void => {
    number++
    if (frame.kind !== "tick") kept++
    const published = { frame, number, kept }
    // Unsafely it is refused when someone has left too much unread; the effect makes room for it.
    if (!PubSub.publishUnsafe(pubsub, published)) Effect.runSync(PubSub.publish(pubsub, published))
    outlets.hand(frame)
  }

  const sleepUntil = (time: number) =>
    Effect.flatMap(speaker.now, (now) => Effect.sleep(Duration.millis(Math.max(0, time - now))))

  /** Ends what has lived long enough and sends heartbeats, while there is anyone. */
  const beat = Effect.gen(function* () {
    let due = (yield* speaker.now) + heartbeatInterval
    while (!outlets.isEmpty) {
      yield* sleepUntil(Math.min(due, outlets.nextEnd))
      const now = yield* speaker.now
      outlets.retire(now)
      if (now >= due) {
        due = now + heartbeatInterval
        outlets.hand(heartbeat(now))
      }
      tellPresence()
    }
  })

  /** Tells presence until everyone knows it and nobody is expected back. */
  const tell = Effect.gen(function* () {
    for (;;) {
      const now = yield* speaker.now
      outlets.retire(now)
      if (outlets.hasUntold && now >= presenceToldAt + PRESENCE_INTERVAL) {
        presenceToldAt = now
        publish(speaker.presence(now, outlets.connections))
      }
      const next = outlets.hasUntold ? presenceToldAt + PRESENCE_INTERVAL : outlets.nextForgotten
      if (next === Number.POSITIVE_INFINITY) return
      yield* sleepUntil(next)
    }
  })

  const tellPresence = () => {
    startTelling(tell)
  }

  const leave = (outlet: Outlet) =>
    Effect.suspend(() => {
      outlets.leave(outlet)
      tellPresence()
      return Effect.andThen(outlets.isEmpty ? FiberHandle.clear(beating) : Effect.void, speaker.attended)
    })

  const join = (outlet: Outlet, lifetime: number, options: JoinOptions): Effect.Effect<Published> =>
    Effect.map(speaker.now, (now) => {
      speaker.catchUp(now)
      outlets.join(outlet, now + lifetime, options.returns)
      const snapshot = speaker.snapshot(now, outlets.connections, options.missed)
      outlet.write(snapshot)
      tellPresence()
      startBeating(beat, { onlyIfMissing: true })
      return { frame: snapshot, number, kept }
    }).pipe(Effect.tap(speaker.attended), Effect.uninterruptible)

  /** What a program is given of the published frames: each once, or the room anew where one was lost. */
  const following = (first: Published) => {
    let seen = first
    let told = first.frame.connections
    return Effect.fnUntraced(function* (next: Published) {
      if (next.number <= seen.number) return []
      const lost = next.kept - seen.kept > (next.frame.kind === "tick" ? 0 : 1)
      const frame = lost ? speaker.snapshot(yield* speaker.now, outlets.connections, true) : next.frame
      const known = frame.kind === "presence" && frame.connections === told
      seen = lost ? { frame, number, kept } : next
      told = frame.connections ?? told
      return known ? [] : [frame]
    })
  }

  return {
    isWatched: () => !outlets.isEmpty,
    wantsTicks: () => outlets.hasTicking,
    connections: () => outlets.connections,
    publish,
    endAll: (now) => outlets.endAll(now),
    join: (outlet, options) => Effect.asVoid(join(outlet, lifetime, options)),
    leave,
    frames: Stream.unwrap(
      Effect.gen(function* () {
        const subscription = yield* PubSub.subscribe(pubsub)
        const program: Outlet = { ticks: true, write: () => true, end: () => {} }
        const first = yield* Effect.acquireRelease(
          join(program, Number.POSITIVE_INFINITY, { returns: false, missed: false }),
          () => leave(program)
        )
        return Stream.fromSubscription(subscription).pipe(
          Stream.mapEffect(following(first)),
          Stream.flattenIterable,
          Stream.prepend([first.frame])
        )
      })
    ).pipe(Stream.takeUntil((frame) => frame.last))
  } satisfies Audience as Audience
})
