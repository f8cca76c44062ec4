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
  UnsupportedMediaType
} from "../domain/errors.ts"
import { RoomEvent, RoomView, TimerView } from "../domain/RoomEvent.ts"
import { Completion, NewRoom, TimerSetting } from "../domain/RoomInput.ts"
import { AccessCode } from "../domain/RoomState.ts"

/** Where the API stands unless it is told otherwise. */
export const DEFAULT_PREFIX = "/api"

/** Gives every answer the headers that the contract wants on all of them. */
export class AnswerHeaders extends HttpApiMiddleware.Service<AnswerHeaders>()("pairroom/http/Api/AnswerHeaders", {
  error: StoreUnavailable
}) {}

/** Refuses what does not fit the declared parameters. */
export class Parameters extends HttpApiMiddleware.Service<Parameters>()("pairroom/http/Api/Parameters", {
  error: BadRequest
}) {}

// Any text: one that is no access code gets the same answer as one that no room has.
const params = { accessCode: Schema.String.annotate({ description: "the room's access code, in any case" }) }

const headers = {
  "if-match": Schema.optionalKey(
    Schema.String.annotate({ description: "the command acts only if this is the room's current `id`" })
  )
}

const bodyErrors = [BadRequest, PayloadTooLarge, UnsupportedMediaType] as const

const commandErrors = [RoomNotFound, PayloadTooLarge, RoomClosed, Stale] as const

const describe = (summary: string) => OpenApi.annotations({ summary })

class RoomGroup extends HttpApiGroup.make("rooms")
  .add(
    HttpApiEndpoint.post("create", "/pair-room", {
      payload: NewRoom,
      success: Schema.Struct({ accessCode: AccessCode }).pipe(HttpApiSchema.status(201)),
      error: bodyErrors
    }).annotateMerge(describe("Create a room")),
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
    }).annotateMerge(describe("Driver and navigator change places")),
    HttpApiEndpoint.patch("complete", "/pair-room/:accessCode/status", {
      params,
      headers,
      payload: Completion,
      error: [...commandErrors, ...bodyErrors]
    }).annotateMerge(describe("Complete the room: the timer stops for good and every stream ends")),
    HttpApiEndpoint.delete("delete", "/pair-room/:accessCode", {
      params,
      headers,
      error: commandErrors
    }).annotateMerge(describe("Delete the room; every stream of it ends"))
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
      error: [...commandErrors, ...bodyErrors]
    }).annotateMerge(describe("Set the timer; a running one runs on from the new value")),
    HttpApiEndpoint.patch("start", "/:accessCode/timer/start", {
      params,
      headers,
      error: commandErrors
    }).annotateMerge(describe("Start the timer")),
    HttpApiEndpoint.patch("stop", "/:accessCode/timer/stop", {
      params,
      headers,
      error: commandErrors
    }).annotateMerge(describe("Pause the timer; the remaining time is kept")),
    HttpApiEndpoint.patch("reset", "/:accessCode/timer/reset", {
      params,
      headers,
      error: commandErrors
    }).annotateMerge(describe("Stop the timer and set it to the full duration"))
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
    }).annotateMerge(describe("The room's events as Server-Sent Events")),
    HttpApiEndpoint.delete("endStreams", "/:accessCode/connect", {
      params,
      headers,
      error: commandErrors
    }).annotateMerge(describe("End every stream of the room"))
  )
  .annotateMerge(OpenApi.annotations({ title: "Stream" })) {}

/** The API without its prefix, as a client that knows its base address sees it. */
export class Api extends HttpApi.make("pairroom")
  .add(RoomGroup, TimerGroup, StreamGroup)
  .middleware(AnswerHeaders)
  .middleware(Parameters)
  .annotateMerge(
    OpenApi.annotations({
      title: "Pairroom",
      version: "1.0.0",
      description: "Keeps the timer of a pair-programming room in step for everyone in it. All times are milliseconds."
    })
  ) {}

/** The API under a prefix, which begins with a slash, or is one for none. */
export const prefixed = (prefix: string) => (prefix === "/" ? Api : Api.prefix(prefix as `/${string}`)) as typeof Api
