/**
 * A room's stream as an HTTP response, on any platform. On Node, `NodeEventStream` takes the requests that it can.
 */
import { type Cause, Effect, Metric, Queue, Random, Stream } from "effect"
import { HttpServerResponse } from "effect/http"
import type { AccessCode } from "../domain/RoomState.ts"
import type { Frame } from "../rooms/Frame.ts"
import type { Outlet } from "../rooms/Outlets.ts"
import { Rooms } from "../rooms/Rooms.ts"
import { Drain } from "./Drain.ts"

/** How many frames may wait for a client before it is given up. */
const WAITING_MOST = 64

/** When a client comes back whose connection broke: within this range, in milliseconds. */
const RETRY_LEAST = 1_000
const RETRY_MOST = 3_000

export const headers = {
  "content-type": "text/event-stream",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no"
}

export const open = Metric.gauge("pairroom_streams", { description: "open event streams" })

/** When the client of a stream comes back, in milliseconds. */
export const retryAfterBreak = Random.nextIntBetween(RETRY_LEAST, RETRY_MOST)

/** When the client of a stream that a shutdown ends comes back, in milliseconds: not to the same instance once more. */
export const retryAfterDrain = ({ notice, spread }: Drain["Service"]) =>
  Random.nextIntBetween(RETRY_LEAST + notice, RETRY_LEAST + notice + spread + 1)

export interface ConnectOptions {
  /** Does the client want the `remaining-time` of each second? */
  readonly ticks: boolean
  /** What it has seen last. */
  readonly lastEventId: string | undefined
}

/** Answers a client that connects. */
export const response = Effect.fnUntraced(
  function* (code: AccessCode, options: ConnectOptions) {
    const rooms = yield* Rooms
    const drain = yield* Drain
    if (yield* drain.isDraining) return comeBack(yield* retryAfterDrain(drain))
    const room = yield* rooms.watch(code)
    const { id, status } = yield* room.state
    if (status === "COMPLETED" && options.lastEventId === id) return HttpServerResponse.empty()
    const context = yield* Effect.context<Rooms | Drain>()
    return HttpServerResponse.stream(Stream.provideContext(Stream.unwrap(bytes(code, options)), context), {
      contentType: headers["content-type"],
      headers
    })
  },
  Effect.catchTag("StoreUnavailable", () => Effect.map(retryAfterBreak, comeBack))
)

/** A stream that ends at once, for an `EventSource` that gives up for good on anything but 200. */
const comeBack = (retry: number) =>
  HttpServerResponse.text(`retry: ${retry}\n\n`, { contentType: headers["content-type"], headers })

/** The bytes of the room's frames, for as long as the stream's scope is open. */
const bytes = Effect.fnUntraced(function* (code: AccessCode, options: ConnectOptions) {
  const rooms = yield* Rooms
  const drain = yield* Drain
  const waiting = yield* Queue.dropping<Uint8Array, Cause.Done>(WAITING_MOST)
  const retry = yield* retryAfterBreak
  const retryLater = yield* retryAfterDrain(drain)
  const offer = (text: string) => Queue.offerUnsafe(waiting, new TextEncoder().encode(text))
  const outlet: Outlet = {
    ticks: options.ticks,
    write: ({ bytes }: Frame) => Queue.offerUnsafe(waiting, bytes),
    end: () => Queue.endUnsafe(waiting)
  }
  yield* Effect.acquireRelease(Metric.modify(open, 1), () => Metric.modify(open, -1))
  yield* Effect.acquireRelease(
    Effect.sync(() =>
      drain.onBegin(() => {
        offer(`retry: ${retryLater}\n\n`)
        outlet.end()
      })
    ),
    (forget) => Effect.sync(forget)
  )
  offer(`retry: ${retry}\n`)
  const room = yield* rooms.watch(code)
  yield* Effect.acquireRelease(room.join(outlet, options.lastEventId), () =>
    Effect.flatMap(drain.isDraining, (draining) => (draining ? room.dismiss(outlet) : room.leave(outlet)))
  )
  return Stream.fromQueue(waiting)
})
