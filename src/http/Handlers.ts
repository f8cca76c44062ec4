/**
 * The handlers of the API: each one gives a request to the rooms, and returns the answer.
 */
import { Effect, Layer } from "effect"
import { HttpEffect, HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import * as AccessCodes from "../domain/AccessCode.ts"
import { timerViewOf } from "../domain/RoomEvent.ts"
import type { NewRoom } from "../domain/RoomInput.ts"
import type { AccessCode, Condition } from "../domain/RoomState.ts"
import { Rooms } from "../rooms/Rooms.ts"
import { AnswerHeaders, DEFAULT_PREFIX, prefixed } from "./Api.ts"
import * as EventStream from "./EventStream.ts"
import * as IfMatch from "./IfMatch.ts"
import * as Input from "./Input.ts"
import * as Limits from "./Limits.ts"

/** After how many seconds a client may try again while the store is away. */
const RETRY_AFTER = "1"

/** The room of a command, and the condition under which it acts. */
interface Command {
  readonly params: { readonly accessCode: string }
  readonly headers: { readonly "if-match"?: string }
}

const command =
  <E>(run: (code: AccessCode, condition?: Condition) => Effect.Effect<void, E>) =>
  ({ headers, params }: Command) =>
    Effect.flatMap(Input.codeOf(params), (code) => run(code, IfMatch.parse(headers["if-match"])))

const withHeader = (name: string, value: string) =>
  HttpEffect.appendPreResponseHandler((_request, response) =>
    Effect.succeed(HttpServerResponse.setHeader(response, name, value))
  )

const rooms = (prefix: string) =>
  HttpApiBuilder.group(
    prefixed(prefix),
    "rooms",
    Effect.fnUntraced(function* (handlers) {
      const rooms = yield* Rooms
      const create = Effect.fnUntraced(function* ({ payload }: { readonly payload: NewRoom }) {
        const { accessCode } = yield* rooms.create(payload)
        yield* withHeader("location", `${prefix === "/" ? "" : prefix}/pair-room/${accessCode}`)
        return { accessCode }
      })
      const get = Effect.fnUntraced(function* ({ params }: Pick<Command, "params">) {
        const view = yield* rooms.get(yield* Input.codeOf(params))
        yield* withHeader("etag", `"${view.id}"`)
        return view
      })
      const { count } = yield* Limits.Limits
      const exists = (code: string) =>
        (AccessCodes.isAccessCode(code) ? rooms.exists(code) : Effect.succeed(false)).pipe(
          Effect.tap((exists) => (exists ? Effect.void : count("unknownCodesPerMinute")))
        )
      return handlers
        .handle("create", create)
        .handle("exists", ({ query }) => Effect.map(exists(query.access_code), (exists) => ({ exists })))
        .handle("get", get)
        .handle("swap", command(rooms.swap))
        .handle("complete", command(rooms.complete))
        .handle("delete", command(rooms.delete))
    })
  )

const timer = (prefix: string) =>
  HttpApiBuilder.group(
    prefixed(prefix),
    "timer",
    Effect.fnUntraced(function* (handlers) {
      const rooms = yield* Rooms
      return handlers
        .handle("timer", ({ params }) => Effect.map(Effect.flatMap(Input.codeOf(params), rooms.get), timerViewOf))
        .handle("update", ({ payload, ...request }) =>
          command((code, condition) => rooms.update(code, payload, condition))(request)
        )
        .handle("start", command(rooms.start))
        .handle("stop", command(rooms.pause))
        .handle("reset", command(rooms.reset))
    })
  )

const stream = (prefix: string) =>
  HttpApiBuilder.group(
    prefixed(prefix),
    "stream",
    Effect.fnUntraced(function* (handlers) {
      const rooms = yield* Rooms
      return handlers
        .handleRaw("connect", ({ headers, params, query }) =>
          Effect.flatMap(Input.codeOf(params), (code) =>
            EventStream.response(code, {
              ticks: query.ticks !== "off",
              lastEventId: headers["last-event-id"] || undefined
            })
          )
        )
        .handle("endStreams", command(rooms.endStreams))
    })
  )

const answerHeaders = Layer.succeed(AnswerHeaders, (httpEffect) =>
  HttpEffect.withPreResponseHandler(httpEffect, (_request, response) =>
    Effect.succeed(
      response.status === 503
        ? HttpServerResponse.setHeaders(response, { "cache-control": "no-store", "retry-after": RETRY_AFTER })
        : response.headers["content-type"] === "application/json"
          ? HttpServerResponse.setHeader(response, "cache-control", "no-store")
          : response
    )
  )
)

/** Returns the routes of the API under a prefix, to be mounted into a router. */
export const layer = (options?: { readonly prefix?: string }) => {
  const prefix = options?.prefix ?? DEFAULT_PREFIX
  return HttpApiBuilder.layer(prefixed(prefix)).pipe(
    Layer.provide([rooms(prefix), timer(prefix), stream(prefix)]),
    Layer.provide([answerHeaders, Input.layer, Limits.rateLimits])
  )
}
