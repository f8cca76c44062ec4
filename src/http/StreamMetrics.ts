/**
 * Counts a stream while it is open: what is sent, and why it ended.
 */
import { Effect, Metric, MutableRef, Scope } from "effect"
import { HttpServerRequest } from "effect/http"
import { type AccessCode, shortened } from "../domain/AccessCode.ts"
import type { Frame } from "../rooms/Frame.ts"
import type { Room } from "../rooms/Room.ts"
import { talliesOf, type TallyOf } from "../store/MetricFamily.ts"
import * as Cuts from "./Cuts.ts"
import * as DebugLog from "./DebugLog.ts"
import { Drain } from "./Drain.ts"
import { frameBytes, framesSent, type StreamEnd, streamsEnded, streamsOpen, streamsStarted } from "./HttpMetrics.ts"

export interface StreamMetrics {
  /** Counts a frame that was given to the stream. */
  readonly sent: (frame: Frame) => void
  /** Notes that the stream has ended by itself, and why. Without it, the client or the connection has ended it. */
  readonly over: Effect.Effect<void, never, Drain>
}

const open = streamsOpen.of({})

const started = streamsStarted.of({})

const bytesSent = frameBytes.of({})

/** Counts a stream that ends at once. */
export const endedAtOnce = (cause: StreamEnd): Effect.Effect<void> =>
  Effect.map(Effect.context<never>(), (context) => {
    const tallyOf = talliesOf(context)
    MutableRef.increment(tallyOf(started))
    MutableRef.increment(tallyOf(streamsEnded.of({ cause })))
  })

/** Counts a stream of a room as open, for as long as the scope is open. Returns how to count what happens on it. */
export const make = Effect.fnUntraced(function* (
  room: Room["Service"],
  code: AccessCode
): Effect.fn.Return<StreamMetrics, never, Scope.Scope | HttpServerRequest.HttpServerRequest> {
  const request = yield* HttpServerRequest.HttpServerRequest
  /** Not Refs: they change with each event of each client, and an effect would cost time. */
  const isLast = MutableRef.make(false)
  const cause = MutableRef.make<StreamEnd | undefined>(undefined)
  const tallyOf = talliesOf(yield* Effect.context<never>())
  const bytes = tallyOf(bytesSent)
  MutableRef.increment(tallyOf(started))
  yield* Metric.modify(open, 1)
  yield* Scope.addFinalizer(
    yield* Effect.scope,
    Effect.suspend(() => end(code, MutableRef.get(cause) ?? Cuts.of(request) ?? "client", tallyOf))
  )
  return {
    sent: (frame) => {
      MutableRef.set(isLast, frame.last)
      // A frame has the label of its series, its `kind`: no object is made for that.
      MutableRef.increment(tallyOf(framesSent.of(frame)))
      MutableRef.set(bytes, MutableRef.get(bytes) + frame.bytes.length)
    },
    over: Effect.suspend(() => Effect.map(whyOver(room, MutableRef.get(isLast)), (why) => MutableRef.set(cause, why)))
  }
  // A stream that counts as open has its finalizer in any case.
}, Effect.uninterruptible)

const end = Effect.fnUntraced(function* (code: AccessCode, cause: StreamEnd, tallyOf: TallyOf) {
  yield* Metric.modify(open, -1)
  MutableRef.increment(tallyOf(streamsEnded.of({ cause })))
  yield* DebugLog.log("stream ended", () => ({ room: shortened(code), cause }))
})

/**
 * Returns why a stream has ended by itself. A room that is closed says so in its last frame. One that has failed ends its streams
 * without a word.
 */
const whyOver = Effect.fnUntraced(function* (
  room: Room["Service"],
  isLast: boolean
): Effect.fn.Return<StreamEnd, never, Drain> {
  if (yield* Drain.isDraining) return "drain"
  if (isLast) return "closed"
  return (yield* room.ended) ? "failed" : "lifetime"
})
