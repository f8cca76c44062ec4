/**
 * One subscription of a room: a snapshot first, then each frame that follows it. No frame comes twice. Where frames are lost because
 * the client reads too slowly, a new snapshot stands for the changes among them. Every client, over HTTP or in an embedding program,
 * has one.
 */
import { Cause, Effect, MutableRef, type Pull, PubSub, Ref, type Scope } from "effect"
import * as Elapsed from "../store/Elapsed.ts"
import * as Frame from "./Frame.ts"
import { changePresence } from "./PresenceEvents.ts"
import * as LostFrames from "./LostFrames.ts"
import * as RoomPresence from "./RoomPresence.ts"
import { exclusively, type Published, surroundings, type WatchedRoom } from "./WatchedRoom.ts"

export interface SubscribeOptions {
  /** Does the subscriber want the `remaining-time` of each second? On by default. */
  readonly ticks?: boolean | undefined
  /** The name under which the client is connected. */
  readonly name?: string | undefined
  /** The last `id` that the client has seen, if it comes back. */
  readonly lastEventId?: string | undefined
  /** Does the subscriber want heartbeats? Off by default. */
  readonly heartbeats?: boolean | undefined
  /** Does the subscription end after the life time of the settings, so that its client reconnects? Off by default. */
  readonly limited?: boolean | undefined
}

/** Returns the next frame, and waits for it. It is done when the subscription has ended. */
export type RoomSubscription = Pull.Pull<readonly [Frame.Frame]>

/** How far a subscription has come. */
export interface Cursor {
  /** Returned next, before anything that is published. */
  readonly snapshot: Frame.Frame | undefined
  /** The number of the last change that the subscriber has received. */
  readonly number: number
  /** The `id` that the subscriber has seen last. */
  readonly id: string | undefined
  /** The remaining time that it has seen last, in milliseconds. */
  readonly remaining: number
  /** Stands for who watches, as it has seen that last. See the field of a frame with this name. */
  readonly watchers: string | undefined
  /** Has the server ended the subscription? */
  readonly over: boolean
}

/** What to do with a published frame: give it, skip it, give a new snapshot because changes were lost, or end without it. */
export type Step = "give" | "skip" | "recover" | "end"

/** What a subscription was asked for, and how long it lasts. */
export interface Terms {
  readonly heartbeats: boolean
  /** When the subscription ends, in milliseconds by the monotonic clock. */
  readonly endsAt: number
  /** The time between two heartbeats, in milliseconds. */
  readonly heartbeatInterval: number
}

/** Returns what to do with a published frame, and the cursor after it. */
export const advance = (
  cursor: Cursor,
  { frame, number }: Omit<Published, "position">,
  terms: Terms
): readonly [Step, Cursor] => {
  if (frame.last) return [frame.kind === "end" || number <= cursor.number ? "end" : "give", { ...cursor, over: true }]
  const isLossy = frame.kind === "tick" || frame.kind === "heartbeat"
  const next = cursor.number + (isLossy ? 0 : 1)
  if (number > next) return ["recover", cursor]
  if (number < next) return ["skip", cursor]
  const isKnown =
    (frame.kind === "tick" && frame.remaining !== undefined && frame.remaining >= cursor.remaining) ||
    (frame.kind === "presence" && frame.watchers === cursor.watchers) ||
    (frame.kind === "heartbeat" && !terms.heartbeats)
  const given = after(cursor, frame, number, terms)
  return isKnown ? ["skip", { ...cursor, number, over: given.over }] : ["give", given]
}

/** Returns the cursor after a frame was given. A subscription ends at the last heartbeat of its life time. */
const after = (cursor: Cursor, frame: Frame.Frame, number: number, terms: Terms): Cursor => ({
  snapshot: undefined,
  number,
  id: frame.id ?? cursor.id,
  remaining: frame.remaining ?? cursor.remaining,
  watchers: frame.watchers ?? cursor.watchers,
  over: frame.last || (frame.beatAt !== undefined && frame.beatAt + terms.heartbeatInterval > terms.endsAt)
})

const DONE: RoomSubscription = Cause.done()

/** A client that watches the room. */
export interface Subscriber {
  readonly frames: RoomSubscription
  /** The client is no longer connected. Run it exclusively, and once. */
  readonly leave: Effect.Effect<void>
}

/**
 * Subscribes, and counts the client as connected until it leaves. Run it exclusively. When the server ends the subscription, its
 * client is still counted for 10 s, so that nobody sees it go and come back. A client that leaves by itself stops being counted at
 * once.
 */
export const subscribe = Effect.fnUntraced(function* (
  room: WatchedRoom,
  { ticks = true, name, lastEventId, heartbeats = false, limited = false }: SubscribeOptions
): Effect.fn.Return<Subscriber, never, Scope.Scope> {
  const { heartbeatInterval, lifetime } = room.streamTimes
  const terms: Terms = {
    heartbeats,
    endsAt: limited ? (yield* Elapsed.millis) + lifetime : Infinity,
    heartbeatInterval
  }
  const { streamsEnded } = Ref.getUnsafe(room.state)
  const broadcast = ticks ? room.frames : room.framesWithoutTicks
  const subscription = yield* PubSub.subscribe(broadcast.pubsub)
  const lastRead = LostFrames.begin(broadcast)
  yield* changePresence(room, (presence) =>
    RoomPresence.arrive(presence, { ticks, name, returns: lastEventId !== undefined })
  )
  /** Not a Ref: only this subscription uses it, it changes with each event, and an effect would cost time. */
  const cursor = MutableRef.make(yield* begin(room, terms, lastEventId))
  const leave = Effect.suspend(() => {
    LostFrames.end(room, lastRead, broadcast)
    return depart(room, MutableRef.get(cursor), { ticks, name })
  })

  const recover = Effect.suspend(() =>
    exclusively(room, recovery(room, MutableRef.get(cursor), terms, streamsEnded)).pipe(
      Effect.flatMap((recovered) => {
        MutableRef.set(cursor, recovered)
        return next
      })
    )
  )
  const taken = Effect.flatMap(PubSub.take(subscription), (published): RoomSubscription => {
    LostFrames.read(room, lastRead, published.position)
    const [step, after] = advance(MutableRef.get(cursor), published, terms)
    MutableRef.set(cursor, after)
    switch (step) {
      case "give":
        return Effect.succeed([published.frame])
      case "skip":
        return next
      case "recover":
        return recover
      case "end":
        return DONE
    }
  })
  const next: RoomSubscription = Effect.suspend(() => {
    const before = MutableRef.get(cursor)
    if (before.snapshot === undefined) return before.over ? DONE : taken
    MutableRef.set(cursor, { ...before, snapshot: undefined })
    return Effect.succeed([before.snapshot] as const)
  })
  return { frames: next, leave }
})

const begin = (room: WatchedRoom, terms: Terms, lastEventId: string | undefined): Effect.Effect<Cursor> =>
  Effect.map(surroundings(room), (around) => {
    const state = Ref.getUnsafe(room.state)
    const frame = Frame.snapshot(state, around, lastEventId !== undefined && lastEventId !== state.id)
    return { ...after(START, frame, shownBy(room, frame), terms), snapshot: frame }
  })

/** Returns the number of the last change that a snapshot shows. A room that was deleted says so in its last frame alone. */
const shownBy = (room: WatchedRoom, snapshot: Frame.Frame): number =>
  Ref.getUnsafe(room.published) - (Ref.getUnsafe(room.ended) && !snapshot.last ? 1 : 0)

const START: Cursor = { snapshot: undefined, number: 0, id: undefined, remaining: 0, watchers: undefined, over: false }

/** Returns a cursor with a new snapshot, after changes were lost. If one of them ended all streams, it ends this one too. */
const recovery = Effect.fnUntraced(function* (
  room: WatchedRoom,
  cursor: Cursor,
  terms: Terms,
  streamsEnded: number
): Effect.fn.Return<Cursor> {
  const state = yield* Ref.get(room.state)
  const around = yield* surroundings(room)
  const frame =
    state.streamsEnded > streamsEnded
      ? Frame.closing(state, around)
      : Frame.recovery(state, around, state.id !== cursor.id)
  return { ...after(cursor, frame, shownBy(room, frame), terms), snapshot: frame }
})

const depart = (room: WatchedRoom, { over }: Cursor, client: RoomPresence.Client) =>
  changePresence(room, (presence, now) =>
    over ? RoomPresence.dismiss(presence, client, now) : RoomPresence.leave(presence, client)
  )
