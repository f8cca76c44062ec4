/**
 * The API, declared once: the server, `/openapi.json`, `/docs` and the typed client come from here.
 */
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpApiMiddleware, HttpApiSchema, OpenApi } from "effect/http-api"
import {
  BadRequest,
  PayloadTooLarge,
  RoomClosed,
  RoomNotFound,
  Stale,
  StoreUnavailable,
  TooManyRequests,
  UnsupportedMediaType
} from "../domain/errors.ts"
import { RoomEvent, RoomView, TimerView } from "../domain/RoomEvent.ts"
import { Completion, NewRoom, TimerSetting } from "../domain/RoomInput.ts"
import { AccessCode } from "../domain/RoomState.ts"

/** The default prefix of the API. */
export const DEFAULT_PREFIX = "/api"

/** Adds the headers that every answer of the API has. */
export class AnswerHeaders extends HttpApiMiddleware.Service<AnswerHeaders>()("pairroom/http/Api/AnswerHeaders", {
  error: StoreUnavailable
}) {}

/** Refuses parameters that do not fit their declaration. */
export class Parameters extends HttpApiMiddleware.Service<Parameters>()("pairroom/http/Api/Parameters", {
  error: BadRequest
}) {}

/** Refuses a client that asks for too much in a minute. */
export class RateLimits extends HttpApiMiddleware.Service<RateLimits>()("pairroom/http/Api/RateLimits", {
  error: TooManyRequests
}) {}

const bodyErrors = [BadRequest, PayloadTooLarge, UnsupportedMediaType] as const

/** Refuses a body that is not JSON, is too large, or does not fit its declaration. */
export class JsonBody extends HttpApiMiddleware.Service<JsonBody>()("pairroom/http/Api/JsonBody", {
  error: [...bodyErrors, RoomNotFound, StoreUnavailable]
}) {}

/** Ignores a body where none is expected, unless it is too large. */
export class NoBody extends HttpApiMiddleware.Service<NoBody>()("pairroom/http/Api/NoBody", {
  error: [BadRequest, PayloadTooLarge, RoomNotFound, StoreUnavailable]
}) {}

// Any text: a text that cannot be an access code gets the same answer as a code that no room has.
const params = { accessCode: Schema.String.annotate({ description: "the room's access code, in any case" }) }

const headers = {
  "if-match": Schema.optionalKey(
    Schema.String.annotate({ description: "the command acts only if this is the room's current `id`" })
  )
}

const commandErrors = [RoomNotFound, RoomClosed, Stale] as const

const describe = (summary: string) => OpenApi.annotations({ summary })

class RoomGroup extends HttpApiGroup.make("rooms")
  .add(
    HttpApiEndpoint.post("create", "/pair-room", {
      payload: NewRoom,
      success: Schema.Struct({ accessCode: AccessCode }).pipe(HttpApiSchema.status(201))
    })
      .middleware(JsonBody)
      .annotateMerge(describe("Create a room")),
    HttpApiEndpoint.get("exists", "/pair-room/exists", {
      query: { access_code: Schema.String },
      success: Schema.Struct({ exists: Schema.Boolean })
    }).annotateMerge(describe("Does a room exist?")),
    HttpApiEndpoint.get("get", "/pair-room/:accessCode", {
      params,
      success: RoomView,
      error: RoomNotFound
    }).annotateMerge(describe("The room as it is now; its `id` is the `ETag`")),
    HttpApiEndpoint.patch("swap", "/pair-room/:accessCode/pair-swap", {
      params,
      headers,
      error: commandErrors
    })
      .middleware(NoBody)
      .annotateMerge(describe("Driver and navigator change places")),
    HttpApiEndpoint.patch("complete", "/pair-room/:accessCode/status", {
      params,
      headers,
      payload: Completion,
      error: commandErrors
    })
      .middleware(JsonBody)
      .annotateMerge(describe("Complete the room: the timer stops for good and every stream ends")),
    HttpApiEndpoint.delete("delete", "/pair-room/:accessCode", {
      params,
      headers,
      error: commandErrors
    })
      .middleware(NoBody)
      .annotateMerge(describe("Delete the room; every stream of it ends"))
  )
  .annotateMerge(OpenApi.annotations({ title: "Rooms" })) {}

class TimerGroup extends HttpApiGroup.make("timer")
  .add(
    HttpApiEndpoint.get("timer", "/:accessCode/timer", {
      params,
      success: TimerView,
      error: RoomNotFound
    }).annotateMerge(describe("The timer as it is now")),
    HttpApiEndpoint.patch("update", "/:accessCode/timer", {
      params,
      headers,
      payload: TimerSetting,
      error: commandErrors
    })
      .middleware(JsonBody)
      .annotateMerge(describe("Set the timer; a running one runs on from the new value")),
    HttpApiEndpoint.patch("start", "/:accessCode/timer/start", {
      params,
      headers,
      error: commandErrors
    })
      .middleware(NoBody)
      .annotateMerge(describe("Start the timer")),
    HttpApiEndpoint.patch("stop", "/:accessCode/timer/stop", {
      params,
      headers,
      error: commandErrors
    })
      .middleware(NoBody)
      .annotateMerge(describe("Pause the timer; the remaining time is kept")),
    HttpApiEndpoint.patch("reset", "/:accessCode/timer/reset", {
      params,
      headers,
      error: commandErrors
    })
      .middleware(NoBody)
      .annotateMerge(describe("Stop the timer and set it to the full duration"))
  )
  .annotateMerge(OpenApi.annotations({ title: "Timer" })) {}

class StreamGroup extends HttpApiGroup.make("stream")
  .add(
    HttpApiEndpoint.get("connect", "/:accessCode/connect", {
      params,
      query: {
        ticks: Schema.optionalKey(
          Schema.Union([Schema.String, Schema.Array(Schema.String)]).annotate({
            description: "`off` for a stream without the `remaining-time` of each second"
          })
        )
      },
      headers: { "last-event-id": Schema.optionalKey(Schema.String) },
      success: [HttpApiSchema.StreamSse({ events: RoomEvent }), HttpApiSchema.NoContent],
      error: RoomNotFound
    })
      .middleware(NoBody)
      .annotateMerge(describe("The room's events as Server-Sent Events")),
    HttpApiEndpoint.delete("endStreams", "/:accessCode/connect", {
      params,
      headers,
      error: commandErrors
    })
      .middleware(NoBody)
      .annotateMerge(describe("End every stream of the room"))
  )
  .annotateMerge(OpenApi.annotations({ title: "Stream" })) {}

/** The API without its prefix, as a client that knows its base address sees it. */
export class Api extends HttpApi.make("pairroom")
  .add(RoomGroup, TimerGroup, StreamGroup)
  .middleware(Parameters)
  .middleware(RateLimits)
  .middleware(AnswerHeaders)
  .annotateMerge(
    OpenApi.annotations({
      title: "Pairroom",
      version: "1.0.0",
      description: "Keeps the timer of a pair-programming room in step for everyone in it. All times are milliseconds."
    })
  ) {}

/** Returns the API under a prefix such as `/api`; `/` means no prefix. */
export const prefixed = (prefix: string) => (prefix === "/" ? Api : Api.prefix(prefix as `/${string}`)) as typeof Api
