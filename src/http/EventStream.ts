/**
 * A room's stream as an HTTP response. Frames are written to the response as they come, each of them encoded once for
 * all clients; no fiber wakes up for a client.
 */
import { NodeHttpServerRequest } from "@effect/platform-node"
import { Deferred, Effect, Exit, Metric, Random, Stream } from "effect"
import { type HttpServerRequest, HttpServerResponse } from "effect/http"
import type { ServerResponse } from "node:http"
import type { Frame } from "../rooms/Frame.ts"
import type { Outlet } from "../rooms/Outlets.ts"
import type { Room } from "../rooms/Room.ts"
import { Drain } from "./Drain.ts"

/** A client for which our own buffer has not been empty for so long is given up, in milliseconds. */
const PATIENCE = 30_000

/** What may wait for a client before ticks are left out, and before it is given up, in bytes. */
const WAITING_FOR_TICKS = 4_096
const WAITING_MOST = 262_144

/** When a client comes back whose connection broke: within this range, in milliseconds. */
const RETRY_LEAST = 1_000
const RETRY_MOST = 3_000

const headers = {
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no"
}

const contentType = "text/event-stream"

const streams = Metric.gauge("pairroom_streams", { description: "open event streams" })

/** The room's stream from now on; `lastEventId` is what the client has seen last. */
export const response = Effect.fnUntraced(function* (
  request: HttpServerRequest.HttpServerRequest,
  room: Room["Service"],
  options: { readonly ticks: boolean; readonly lastEventId: string | undefined }
) {
  const drain = yield* Drain
  const retry = yield* Random.nextIntBetween(RETRY_LEAST, RETRY_MOST)
  const comeBackIn = yield* Random.nextIntBetween(RETRY_LEAST, RETRY_LEAST + drain.spread)
  const over = Deferred.makeUnsafe<void>()
  const outlet = new ResponseOutlet(
    NodeHttpServerRequest.toServerResponse(request) as ServerResponse,
    options.ticks,
    retry,
    () => Deferred.doneUnsafe(over, Exit.void)
  )
  const writing = Effect.gen(function* () {
    yield* Metric.modify(streams, 1)
    yield* Effect.addFinalizer(() => Metric.modify(streams, -1))
    yield* Effect.acquireRelease(
      Effect.sync(() => drain.onBegin(() => outlet.endWith(comeBackIn))),
      (forget) => Effect.sync(forget)
    )
    yield* room.attach(outlet, options.lastEventId)
    yield* Deferred.await(over)
  })
  return HttpServerResponse.stream(Stream.fromEffectDrain(Effect.ignore(Effect.scoped(writing))), {
    contentType,
    headers
  })
})

/** A stream that ends at once, for an `EventSource` that gives up for good on anything but 200. */
export const comeBackLater = Effect.fnUntraced(function* (spread: number) {
  const retry = yield* Random.nextIntBetween(RETRY_LEAST, RETRY_MOST + spread)
  return HttpServerResponse.text(`retry: ${retry}\n\n`, { contentType, headers })
})

/** Writes frames to a response, and keeps an eye on what waits for a slow client. */
class ResponseOutlet implements Outlet {
  readonly ticks: boolean
  readonly #response: ServerResponse
  readonly #onEnd: () => void
  #retry: number
  #writtenAt = 0
  /** Since when something has been waiting, or 0. */
  #waitingSince = 0

  constructor(response: ServerResponse, ticks: boolean, retry: number, onEnd: () => void) {
    this.#response = response
    this.ticks = ticks
    this.#retry = retry
    this.#onEnd = onEnd
  }

  write(frame: Frame): boolean {
    const waiting = this.#response.writableLength
    if (waiting === 0) {
      this.#waitingSince = 0
    } else {
      this.#waitingSince ||= this.#writtenAt
      if (waiting > WAITING_MOST || frame.at - this.#waitingSince >= PATIENCE) {
        this.#response.destroy()
        return false
      }
      if (frame.kind === "tick" && waiting > WAITING_FOR_TICKS) return true
    }
    this.#writtenAt = frame.at
    if (this.#retry > 0) {
      this.#response.write(`retry: ${this.#retry}\n`)
      this.#retry = 0
    }
    this.#response.write(frame.bytes)
    return true
  }

  end(): void {
    this.#onEnd()
  }

  /** Ends the stream, and tells the client when to come back, in milliseconds. */
  endWith(retry: number): void {
    this.#response.write(`retry: ${retry}\n\n`)
    this.#onEnd()
  }
}
