/**
 * The events of a room over HTTP: a stream that outlives its connections. It goes on after the last change that was seen.
 */
import { Clock, Data, Duration, Effect, Option, Ref, Result, Schedule, Schema, Stream } from "effect"
import { HttpClient, HttpClientRequest, type HttpClientResponse } from "effect/http"
import { roomNotFound, type RoomNotFound, type StoreUnavailable } from "../domain/errors.ts"
import { RoomEvent } from "../domain/RoomEvent.ts"
import { countedOn, type RoomView } from "../domain/RoomView.ts"
import type { AccessCode } from "../domain/RoomState.ts"
import type { WatchOptions } from "../rooms/Rooms.ts"
import { unavailable, whyOf } from "./Failures.ts"
import * as Frames from "./Frames.ts"

/** The service sends a heartbeat every 15 s by default. A connection on which nothing came for so long is dead. */
const SILENCE_MOST = Duration.seconds(45)

/** How long the head of an answer may take. */
const ANSWER_MOST = Duration.seconds(10)

/** The delay before a new connection, unless the service asked for another one; it doubles with each failure. */
const RETRY_LEAST = Duration.millis(500)
const RETRY_MOST = Duration.seconds(5)

/**
 * A connection has ended, and another one is to follow. `isTold`: a program is to know. It is not where the room was followed up to
 * the end, for the next connection goes on there, mostly at once.
 */
class Lost extends Data.TaggedError("Lost")<{ readonly isTold: boolean }> {}

/** What is known of the room when a connection begins. */
interface Seen {
  /** The id of the last frame. */
  readonly id: Option.Option<string>
  /** The delay that the service has asked for since then. */
  readonly retry: Option.Option<Duration.Duration>
  /** The room as it was seen last, and when. None while the service is away, once that was told. */
  readonly room: Option.Option<SeenRoom>
}

interface SeenRoom {
  readonly data: RoomView
  /** By the clock of this machine, in milliseconds. */
  readonly at: number
}

/** Returns the events of a room of the service at `url`, as `Rooms.events` does. The stream connects again whenever its connection is lost. */
export const make = Effect.fnUntraced(function* (url: string, prefix: string) {
  const client = yield* HttpClient.HttpClient
  const api = `${url}${prefix === "/" ? "" : prefix}`

  return (
    code: AccessCode,
    { name, ticks = true }: WatchOptions = {}
  ): Stream.Stream<RoomEvent, RoomNotFound | StoreUnavailable> =>
    Stream.unwrap(
      Effect.map(Ref.make<Seen>({ id: Option.none(), retry: Option.none(), room: Option.none() }), (seen) => {
        const request = HttpClientRequest.get(`${api}/${encodeURIComponent(code)}/connect`).pipe(
          HttpClientRequest.accept("text/event-stream"),
          HttpClientRequest.setUrlParams({
            ...(ticks ? {} : { ticks: "off" }),
            ...(name === undefined ? {} : { name })
          })
        )
        return Stream.retry(connection(client, url, request, seen), reconnects(seen)).pipe(
          // The schedule has no end.
          Stream.catchTag("Lost", () => Stream.empty)
        )
      })
    )
})

/** The events of one connection. It fails with Lost at its end, unless the streams of the room were ended. */
const connection = (
  client: HttpClient.HttpClient,
  url: string,
  request: HttpClientRequest.HttpClientRequest,
  seen: Ref.Ref<Seen>
) =>
  Stream.unwrap(
    Effect.gen(function* () {
      const { id } = yield* Ref.get(seen)
      const hasTold = yield* Ref.make(false)
      const answer = yield* client
        .execute(
          Option.match(id, {
            onNone: () => request,
            onSome: (id) => HttpClientRequest.setHeader(request, "last-event-id", id)
          })
        )
        .pipe(
          Effect.mapError(whyOf),
          Effect.timeoutOrElse({ duration: ANSWER_MOST, orElse: () => Effect.fail("no answer came in time") }),
          Effect.result
        )
      if (Result.isFailure(answer)) return away(seen, url, answer.failure)
      const { status, stream } = answer.success
      if (status === 204) return Stream.empty
      if (status === 404) return yield* roomNotFound()
      if (!isEventStream(answer.success)) return away(seen, url, `it has answered with ${status}`)
      return stream.pipe(
        Stream.mapError(() => new Lost({ isTold: false })),
        Stream.timeoutOrElse({ duration: SILENCE_MOST, orElse: () => Stream.fail(new Lost({ isTold: true })) }),
        Frames.fromBytes,
        Stream.mapEffect((piece) =>
          piece._tag === "Retry"
            ? Effect.as(
                Ref.update(seen, (known) => ({ ...known, retry: Option.some(Duration.millis(piece.delay)) })),
                []
              )
            : Ref.set(hasTold, true).pipe(
                Effect.andThen(decoded(url, piece.events)),
                Effect.flatMap((events) => take(seen, events))
              )
        ),
        Stream.flattenIterable,
        // A service that is full, stops or has lost its store ends the stream before it has told anything.
        Stream.concat(Stream.fromEffect(Effect.flatMap(Ref.get(hasTold), (told) => new Lost({ isTold: !told })))),
        Stream.takeUntil(({ event }) => event === "close"),
        Stream.catchTag("Lost", (lost) => (lost.isTold ? told(seen) : Stream.fail(lost)))
      )
    })
  )

/** A program that has seen nothing yet is told that the service cannot be used, and one that follows the room that it is uncertain. */
const away = (seen: Ref.Ref<Seen>, url: string, why: string): Stream.Stream<RoomEvent, Lost | StoreUnavailable> =>
  Stream.unwrap(
    Effect.map(Ref.get(seen), ({ id }): Stream.Stream<RoomEvent, Lost | StoreUnavailable> =>
      Option.isNone(id) ? Stream.fromEffect(unavailable(url, why)) : told(seen)
    )
  )

/** Tells a program that the room may be in another state by now: once, until the room is seen again. Then its stream connects again. */
const told = (seen: Ref.Ref<Seen>): Stream.Stream<RoomEvent, Lost> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const { room } = yield* Ref.getAndUpdate(seen, (known) => ({ ...known, room: Option.none() }))
      const event = Option.map(room, ({ at, data }): RoomEvent => {
        const counted = countedOn(data, data.serverTime + now - at)
        // As in every view of a room, 0 is never left.
        return {
          event: "room",
          data: { ...counted, remainingTime: Math.max(1, counted.remainingTime), uncertain: true }
        }
      })
      return Stream.concat(Stream.fromIterable(Option.toArray(event)), Stream.fail(new Lost({ isTold: false })))
    })
  )

const isEventStream = ({ headers, status }: HttpClientResponse.HttpClientResponse) =>
  status === 200 && headers["content-type"]?.startsWith("text/event-stream") === true

const decodeEvents = Schema.decodeUnknownEffect(Schema.Array(RoomEvent))

/** A newer service may send events that this version does not know. They are left out. */
const decoded = (url: string, events: ReadonlyArray<Frames.SseEvent>) =>
  decodeEvents(events.filter(({ event }) => Frames.KNOWN.has(event))).pipe(
    Effect.catch(({ message }) => unavailable(url, `it has sent an event that cannot be read: ${message}`))
  )

/** Notes what was seen, and returns what the program is told: the event `connect` of the first connection alone. */
const take = Effect.fnUntraced(function* (seen: Ref.Ref<Seen>, events: ReadonlyArray<RoomEvent>) {
  const at = yield* Clock.currentTimeMillis
  return yield* Ref.modify(seen, (known) => {
    const news = Option.isSome(known.id) ? events.filter(({ event }) => event !== "connect") : events
    const room = events.findLast(({ event }) => event === "room")
    return [
      news,
      {
        id: Option.orElse(Option.fromUndefinedOr(events.at(-1)?.id), () => known.id),
        retry: Option.none(),
        room: room?.event === "room" ? Option.some({ data: room.data, at }) : known.room
      }
    ] as const
  })
})

/**
 * Returns when to connect again: after the delay that the service asked for, or else one that grows with each failure. `Stream.retry`
 * begins the schedule anew when an element has passed.
 */
const reconnects = (seen: Ref.Ref<Seen>) =>
  Schedule.exponential(RETRY_LEAST).pipe(
    Schedule.modifyDelay(({ duration: delay }) =>
      Effect.map(Ref.get(seen), ({ retry }) => Option.getOrElse(retry, () => Duration.min(delay, RETRY_MOST)))
    ),
    Schedule.setInputType<Lost | RoomNotFound | StoreUnavailable>(),
    Schedule.while(({ input }) => input._tag === "Lost")
  )
