/**
 * What the endpoints of the API do: they read the request, give it to the rooms, and write the answer.
 */
import { Effect, Layer } from "effect"
import { HttpEffect, type HttpServerRequest, HttpServerResponse } from "effect/http"
import { HttpApiBuilder, HttpApiMiddleware } from "effect/http-api"
import * as AccessCodes from "../domain/AccessCode.ts"
import { BadRequest, roomNotFound } from "../domain/errors.ts"
import { timerViewOf } from "../domain/RoomEvent.ts"
import { Completion, decode, messageOf, NewRoom, TimerSetting } from "../domain/RoomInput.ts"
import type { AccessCode, Condition } from "../domain/RoomState.ts"
import { type Refusal, Rooms } from "../rooms/Rooms.ts"
import { AnswerHeaders, DEFAULT_PREFIX, Parameters, prefixed } from "./Api.ts"
import * as Body from "./Body.ts"
import * as EventStream from "./EventStream.ts"
import * as IfMatch from "./IfMatch.ts"

/** How long a client is to wait when the store is away, in seconds. */
const RETRY_AFTER = "1"

interface Addressed {
  readonly params: { readonly accessCode: string }
}

interface Command extends Addressed {
  readonly headers: { readonly "if-match"?: string }
  readonly request: HttpServerRequest.HttpServerRequest
}

const codeOf = ({ params: { accessCode } }: Addressed) =>
  AccessCodes.isAccessCode(accessCode) ? Effect.succeed(accessCode) : roomNotFound()

/** A command without a body. */
const command = (run: (code: AccessCode, condition?: Condition) => Effect.Effect<void, Refusal>) =>
  Effect.fnUntraced(function* (command: Command) {
    const rooms = yield* Rooms
    const code = yield* codeOf(command)
    yield* Effect.tapError(Body.skip(command.request), () => rooms.get(code))
    yield* run(code, IfMatch.parse(command.headers["if-match"]))
  })

const rooms = (prefix: string) =>
  HttpApiBuilder.group(
    prefixed(prefix),
    "rooms",
    Effect.fnUntraced(function* (handlers) {
      const rooms = yield* Rooms
      return handlers
        .handleRaw("create", ({ request }) =>
          Effect.gen(function* () {
            const { accessCode } = yield* rooms.create(yield* Body.json(request, NewRoom))
            return HttpServerResponse.jsonUnsafe(
              { accessCode },
              {
                status: 201,
                headers: { location: `${prefix === "/" ? "" : prefix}/pair-room/${accessCode}` }
              }
            )
          })
        )
        .handle("exists", ({ query: { access_code: code } }) =>
          Effect.map(AccessCodes.isAccessCode(code) ? rooms.exists(code) : Effect.succeed(false), (exists) => ({
            exists
          }))
        )
        .handleRaw("get", (request) =>
          Effect.gen(function* () {
            const view = yield* rooms.get(yield* codeOf(request))
            return HttpServerResponse.jsonUnsafe(view, { headers: { etag: `"${view.id}"` } })
          })
        )
        .handle("swap", command(rooms.swap))
        .handleRaw("complete", (request) =>
          Effect.gen(function* () {
            const code = yield* codeOf(request)
            yield* Effect.flatMap(Body.json(request.request, Completion), decode(Completion)).pipe(
              Effect.tapError(() => rooms.get(code))
            )
            yield* rooms.complete(code, IfMatch.parse(request.headers["if-match"]))
          })
        )
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
        .handle("timer", (request) =>
          Effect.map(
            Effect.flatMap(codeOf(request), (code) => rooms.get(code)),
            timerViewOf
          )
        )
        .handleRaw("update", (request) =>
          Effect.gen(function* () {
            const code = yield* codeOf(request)
            const setting = yield* Effect.tapError(Body.json(request.request, TimerSetting), () => rooms.get(code))
            yield* rooms.update(code, setting, IfMatch.parse(request.headers["if-match"]))
          })
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
        .handleRaw("connect", (request) =>
          Effect.flatMap(codeOf(request), (code) =>
            EventStream.response(code, {
              ticks: request.query.ticks !== "off",
              lastEventId: request.headers["last-event-id"] || undefined
            })
          )
        )
        .handle("endStreams", command(rooms.endStreams))
    })
  )

const answerHeaders = Layer.succeed(AnswerHeaders, (httpEffect) =>
  HttpEffect.withPreResponseHandler(httpEffect, (_request, response) =>
    Effect.succeed(
      HttpServerResponse.setHeaders(response, {
        ...(response.headers["content-type"] === "application/json" ? { "cache-control": "no-store" } : {}),
        ...(response.status === 503 ? { "retry-after": RETRY_AFTER } : {})
      })
    )
  )
)

const parameters = HttpApiMiddleware.layerSchemaErrorTransform(Parameters, (error) =>
  Effect.fail(error.kind === "Query" ? new BadRequest({ message: messageOf(error.cause.issue) }) : error)
)

/** The API's routes under a prefix, to be mounted into a router. */
export const layer = (options?: { readonly prefix?: string }) => {
  const prefix = options?.prefix ?? DEFAULT_PREFIX
  return HttpApiBuilder.layer(prefixed(prefix)).pipe(
    Layer.provide([rooms(prefix), timer(prefix), stream(prefix)]),
    Layer.provide([answerHeaders, parameters])
  )
}
