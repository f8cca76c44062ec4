/**
 * Requests for a room and its people.
 */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { NameTaken, PersonNotFound, RoomFull, RoomNotFound, TooFewPeople } from "../../domain/errors.ts"
import { RoomView } from "../../domain/RoomEvent.ts"
import { Completion, NewPerson, NewRoom, Order, PersonChange, RoomSettings } from "../../domain/RoomInput.ts"
import { AccessCode } from "../../domain/RoomState.ts"
import { TurnsView } from "../../domain/TurnLog.ts"
import { by, command, describe, params } from "./Command.ts"
import { JsonBody, NoBody } from "./Middleware.ts"

const person = {
  ...command,
  params: { ...params, name: Schema.String.annotate({ description: "the name of somebody in the room" }) }
}

export class RoomGroup extends HttpApiGroup.make("rooms")
  .add(
    HttpApiEndpoint.post("create", "/pair-room", {
      query: by,
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
    HttpApiEndpoint.patch("changeSettings", "/pair-room/:accessCode", { ...command, payload: RoomSettings })
      .middleware(JsonBody)
      .annotateMerge(describe("Change the settings that are given; null takes one away")),
    HttpApiEndpoint.get("turns", "/pair-room/:accessCode/turns", {
      params,
      query: {
        format: Schema.optionalKey(Schema.Literals(["json", "csv"])).annotate({ description: "json or csv" })
      },
      success: [TurnsView, Schema.String.pipe(HttpApiSchema.asText({ contentType: "text/csv; charset=utf-8" }))],
      error: RoomNotFound
    }).annotateMerge(describe("The last 100 ended turns, and how long everybody has driven")),
    HttpApiEndpoint.patch("swap", "/pair-room/:accessCode/pair-swap", command)
      .middleware(NoBody)
      .annotateMerge(describe("Driver and navigator change places")),
    HttpApiEndpoint.patch("complete", "/pair-room/:accessCode/status", { ...command, payload: Completion })
      .middleware(JsonBody)
      .annotateMerge(describe("Complete the room: the timer stops for good and every stream ends")),
    HttpApiEndpoint.delete("delete", "/pair-room/:accessCode", command)
      .middleware(NoBody)
      .annotateMerge(describe("Delete the room; every stream of it ends"))
  )
  .annotateMerge(OpenApi.annotations({ title: "Rooms" })) {}

export class PeopleGroup extends HttpApiGroup.make("people")
  .add(
    HttpApiEndpoint.post("addPerson", "/pair-room/:accessCode/people", {
      ...command,
      payload: NewPerson,
      success: HttpApiSchema.NoContent,
      error: [...command.error, RoomFull]
    })
      .middleware(JsonBody)
      .annotateMerge(describe("Add somebody at the end; who is away comes back")),
    HttpApiEndpoint.patch("orderPeople", "/pair-room/:accessCode/people", { ...command, payload: Order })
      .middleware(JsonBody)
      .annotateMerge(describe("Give the people another order; the driver stays the driver")),
    HttpApiEndpoint.patch("changePerson", "/pair-room/:accessCode/people/:name", {
      ...person,
      payload: PersonChange,
      error: [...command.error, PersonNotFound, NameTaken]
    })
      .middleware(JsonBody)
      .annotateMerge(describe("Rename somebody, or note that somebody is away or back")),
    HttpApiEndpoint.delete("removePerson", "/pair-room/:accessCode/people/:name", {
      ...person,
      error: [...command.error, PersonNotFound, TooFewPeople]
    })
      .middleware(NoBody)
      .annotateMerge(describe("Somebody leaves the room"))
  )
  .annotateMerge(OpenApi.annotations({ title: "People" })) {}
