/**
 * Turns a subscription of a room into a Stream of Server-Sent Events, and answers with it. It is the same code for `npm start`,
 * for a program that mounts the routes, and on any platform.
 */
import { Cause, Channel, Effect, Pull, Random, Ref, Scope, Stream } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import * as AccessCodes from "../domain/AccessCode.ts"
import type { AccessCode, RoomState } from "../domain/RoomState.ts"
import type { Frame } from "../rooms/Frame.ts"
import type { RoomSubscription } from "../rooms/RoomSubscription.ts"
import { WatchedRooms } from "../rooms/WatchedRooms.ts"
import { Drain } from "./Drain.ts"
import { FairShare } from "./FairShare.ts"
import { Limits } from "./Limits.ts"
import * as StreamMetrics from "./StreamMetrics.ts"

/** A client whose connection broke reconnects after a time in this range, in milliseconds. */
const RETRY_LEAST = 1_000
const RETRY_MOST = 3_000

/** The same for a client that is over a limit. */
const LATER_LEAST = 5_000
const LATER_MOST = 15_000

const CONTENT_TYPE = "text/event-stream"

const headers = { "cache-control": "no-cache, no-transform", "x-accel-buffering": "no" }

const encoder = new TextEncoder()

/**
 * Returns the `retry` field of a stream, with a random time from `least` to `most` milliseconds. During a drain the time is longer, so
 * that no client reconnects to this instance.
 */
const makeRetry = Effect.fnUntraced(function* (least: number, most: number) {
  const { notice, spread } = yield* Drain
  const draining = yield* Drain.isDraining
  const wait = yield* draining
    ? Random.nextIntBetween(notice, notice + spread + 1)
    : Random.nextIntBetween(0, most - least)
  return `retry: ${least + wait}\n`
})

const retry = makeRetry(RETRY_LEAST, RETRY_MOST)

export interface ConnectOptions {
  /** Does the client want the `remaining-time` of each second? By default it does. */
  readonly ticks?: boolean
  /** The name under which the client is connected. */
  readonly name?: string | undefined
  /** The last `id` that the client has seen. */
  readonly lastEventId?: string | undefined
}

/**
 * Returns the answer to a client that connects: the stream of the room, for as long as the scope of the request is open. Over a limit,
 * during a drain and while the store is away it is a stream that ends at once. A client that has seen the completion of the room gets
 * 204. Fails with RoomNotFound.
 */
export const response = Effect.fnUntraced(
  function* (code: AccessCode, { lastEventId, name, ticks = true }: ConnectOptions = {}) {
    if (yield* Drain.isDraining) return yield* refused("drain")
    const limits = yield* Limits
    const giveBack = yield* limits.admit(AccessCodes.toKey(code))
    if (giveBack === undefined) return yield* refused("limit")
    const room = yield* (yield* WatchedRooms).watch(code)
    if (lastEventId !== undefined && isOver(yield* room.state, lastEventId)) return HttpServerResponse.empty()
    if ((yield* HttpServerRequest.HttpServerRequest).method === "HEAD") return yield* comeBack
    const subscription = yield* room.subscribe({ ticks, name, lastEventId, heartbeats: true, limited: true })
    // The drain may have begun meanwhile: then this subscription ends like the others.
    if (yield* Drain.isDraining) yield* room.end
    const metrics = yield* StreamMetrics.make(room, code)
    // Who comes back at once takes the place of the stream before, which may wait for its end.
    const over = Effect.andThen(giveBack, (yield* FairShare).end)
    const stream = fromPull(yield* bytes(subscription, metrics), over)
    return HttpServerResponse.stream(stream, { contentType: CONTENT_TYPE, headers })
  },
  // Who guesses codes is over a limit at some time, and then gets the answer of the other limits.
  Effect.tapErrorTag("RoomNotFound", () => Limits.use(({ count }) => count("unknownCodesPerMinute"))),
  Effect.catchTags({ StoreUnavailable: () => refused("store"), TooManyRequests: () => refused("limit") })
)

/** Has the client seen the completion of the room? */
const isOver = ({ id, status }: RoomState, lastEventId: string) => status === "COMPLETED" && lastEventId === id

/** A stream that ends at once. An `EventSource` would never reconnect after another status than 200. */
const ending = (field: string) => HttpServerResponse.text(`${field}\n`, { contentType: CONTENT_TYPE, headers })

const comeBack = Effect.map(retry, ending)

const comeBackLater = Effect.map(makeRetry(LATER_LEAST, LATER_MOST), ending)

/** A stream that ends at once, for this reason. */
const refused = (why: "drain" | "limit" | "store") =>
  Effect.andThen(StreamMetrics.endedAtOnce(why), why === "limit" ? comeBackLater : comeBack)

type Bytes = readonly [Uint8Array, ...Array<Uint8Array>]

/** Returns the bytes of each frame. `retry` and the snapshot are one write. If the server drains, `retry` comes again at the end. */
const bytes = Effect.fnUntraced(function* (
  subscription: RoomSubscription,
  metrics: StreamMetrics.StreamMetrics
): Effect.fn.Return<Pull.Pull<Bytes>, never, Drain> {
  const drain = yield* Drain
  const first = encoder.encode(yield* retry)
  const saidGoodbye = yield* Ref.make(false)
  const frames = Effect.map(subscription, ([frame]): Bytes => {
    metrics.sent(frame)
    return isFirst(frame) ? [first, frame.bytes] : [frame.bytes]
  })
  const goodbye = Effect.gen(function* (): Effect.fn.Return<Bytes, Cause.Done, Drain> {
    yield* metrics.over
    if ((yield* Ref.getAndSet(saidGoodbye, true)) || !(yield* Drain.isDraining)) return yield* Cause.done()
    return [encoder.encode(`${yield* retry}\n`)]
  }).pipe(Effect.provideService(Drain, drain))
  return Pull.catchDone(frames, () => goodbye)
})

/**
 * Returns the stream of a pull, with a finalizer. It is `Stream.fromPull` with the scope that a stream has anyway; `Stream.ensuring` would
 * make another one for each client, of 2 KiB.
 */
const fromPull = (pull: Pull.Pull<Bytes>, finalizer: Effect.Effect<void>): Stream.Stream<Uint8Array> =>
  Stream.fromChannel(Channel.fromTransform((_upstream, scope) => Effect.as(Scope.addFinalizer(scope, finalizer), pull)))

/** Only the first frame of a stream has the event `connect`. */
const isFirst = ({ events }: Frame): boolean => events[0]?.event === "connect"
