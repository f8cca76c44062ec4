/**
 * Counts a stream while it is open: what is sent, and why it ended.
 */
import { type Context, Effect, Metric, MutableRef, Scope } from "effect"
import { type AccessCode, shortened } from "../domain/AccessCode.ts"
import { HttpServerRequest } from "effect/http"
import type { Frame } from "../rooms/Frame.ts"
import type { Room } from "../rooms/Room.ts"
import { tallies } from "../store/MetricFamily.ts"
import * as Cuts from "./Cuts.ts"
import * as DebugLog from "./DebugLog.ts"
import { Drain } from "./Drain.ts"
import { frameBytes, framesSent, type StreamEnd, streamsEnded, streamsOpen, streamsStarted } from "./HttpMetrics.ts"

export interface StreamMetrics {
  /** A frame was given to the stream. */
  readonly sent: (frame: Frame) => void
  /** The room has ended the stream. */
  readonly over: Effect.Effect<void, never, Drain>
}

const open = streamsOpen.of({})

const count = (counter: Metric.Counter<number>) =>
  Effect.contextWith((context: Context.Context<never>) =>
    Effect.sync(() => void MutableRef.increment(tallies(context)(counter)))
  )

const began = count(streamsStarted.of({}))

const ended = (cause: StreamEnd) => count(streamsEnded.of({ cause }))

/** Counts a stream that ends at once. */
export const endedAtOnce = (cause: StreamEnd): Effect.Effect<void> => Effect.andThen(began, ended(cause))

/** Counts a stream of a room as open, for as long as the scope is open. */
export const make = Effect.fnUntraced(function* (
  room: Room["Service"],
  code: AccessCode
): Effect.fn.Return<StreamMetrics, never, Scope.Scope | HttpServerRequest.HttpServerRequest> {
  const request = yield* HttpServerRequest.HttpServerRequest
  /** Not Refs: they change with each event of each client, and an effect would cost time. */
  const isLast = MutableRef.make(false)
  const cause = MutableRef.make<StreamEnd | undefined>(undefined)
  yield* began
  yield* Metric.modify(open, 1)
  yield* Scope.addFinalizer(
    yield* Effect.scope,
    Effect.suspend(() => end(code, MutableRef.get(cause) ?? Cuts.of(request) ?? "client"))
  )
  const tally = tallies(yield* Effect.context<never>())
  const bytes = tally(frameBytes.of({}))
  return {
    sent: (frame) => {
      MutableRef.set(isLast, frame.last)
      MutableRef.increment(tally(framesSent.of(frame)))
      MutableRef.set(bytes, MutableRef.get(bytes) + frame.bytes.length)
    },
    over: Effect.suspend(() => Effect.map(whyOver(room, MutableRef.get(isLast)), (why) => MutableRef.set(cause, why)))
  }
})

const end = Effect.fnUntraced(function* (code: AccessCode, cause: StreamEnd) {
  yield* Metric.modify(open, -1)
  yield* ended(cause)
  yield* DebugLog.log("stream ended", () => ({ room: shortened(code), cause }))
})

/** A room that is closed says so in its last frame. One that has failed ends its streams without a word. */
const whyOver = Effect.fnUntraced(function* (
  room: Room["Service"],
  isLast: boolean
): Effect.fn.Return<StreamEnd, never, Drain> {
  if (yield* Drain.isDraining) return "drain"
  if (isLast) return "closed"
  return (yield* room.ended) ? "failed" : "lifetime"
})
