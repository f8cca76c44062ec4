/**
 * Requests for a room.
 */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { text } from "../../domain/described.ts"
import { Completion, NEW_ROOMS, NewRoom, SettingsChange } from "../../domain/RoomInput.ts"
import { AccessCode } from "../../domain/RoomState.ts"
import { RoomView } from "../../domain/RoomView.ts"
import { TurnsView } from "../../domain/TurnLog.ts"
import { AnyCode, by, command, describe, lateCommand, params } from "./Command.ts"
import { bodyExamples } from "./Description.ts"
import { RoomNotFound } from "./errors.ts"
import { JsonBody, NoBody, Parameters, RateLimits } from "./Middleware.ts"

const Created = Schema.Struct({ accessCode: AccessCode }).annotate({
  identifier: "CreatedRoom",
  description: "The room is there; `Location` is its path."
})

const Existence = Schema.Struct({
  exists: Schema.Boolean.annotate({ description: "is there a room with this access code?" })
}).annotate({ identifier: "Existence", description: "Whether there is such a room." })

const Csv = text(0, 65_536, "The same turns as CSV (RFC 4180), with a line that names the columns.").pipe(
  HttpApiSchema.asText({ contentType: "text/csv; charset=utf-8" })
)

const format = Schema.Literals(["json", "csv"]).annotate({ description: "json or csv", examples: ["json"] })

export class RoomGroup extends HttpApiGroup.make("rooms")
  .add(
    HttpApiEndpoint.post("create", "/pair-room", {
      query: by,
      payload: NewRoom,
      success: Created.pipe(HttpApiSchema.status(201))
    })
      .middleware(JsonBody)
      .annotateMerge(
        describe("Create a room", "Answers with the access code, which is the key to the room. Its timer stands.")
      )
      .annotateMerge(
        bodyExamples({
          mob: { summary: "Three people, with breaks", value: NEW_ROOMS.mob },
          pair: { summary: "Two people", value: NEW_ROOMS.pair }
        })
      ),
    HttpApiEndpoint.get("exists", "/pair-room/exists", {
      query: { access_code: AnyCode },
      success: Existence
    }).annotateMerge(describe("Does a room exist?", "Any text may be asked for; what cannot be a code is none.")),
    HttpApiEndpoint.get("get", "/pair-room/:accessCode", {
      params,
      success: RoomView,
      error: RoomNotFound
    }).annotateMerge(
      describe("The room as it is now", "Its `id` is the `ETag`. To follow a room, connect to its stream instead.")
    ),
    HttpApiEndpoint.patch("changeSettings", "/pair-room/:accessCode", { ...command, payload: SettingsChange })
      .middleware(JsonBody)
      .annotateMerge(
        describe(
          "Change the settings that are given; null takes one away",
          "Goal, mission, breaks, and whether periods start by themselves."
        )
      ),
    HttpApiEndpoint.get("turns", "/pair-room/:accessCode/turns", {
      params,
      query: { format: Schema.optionalKey(format).annotate({ description: "json or csv" }) },
      success: [TurnsView, Csv],
      error: RoomNotFound
    }).annotateMerge(
      describe(
        "The last 100 ended turns, and how long everybody has driven",
        "`?format=csv` gives the same turns for a spreadsheet."
      )
    ),
    HttpApiEndpoint.patch("swap", "/pair-room/:accessCode/pair-swap", command)
      .middleware(NoBody)
      .annotateMerge(
        describe(
          "Driver and navigator change places",
          "The time stays. Within 5 s after a finish, which has swapped them already, it does nothing without `If-Match`."
        )
      ),
    HttpApiEndpoint.patch("complete", "/pair-room/:accessCode/status", { ...lateCommand, payload: Completion })
      .middleware(JsonBody)
      .annotateMerge(
        describe(
          "Complete the room: the timer stops for good and every stream ends",
          "For 30 s it can be undone. A completed room refuses other commands."
        )
      ),
    HttpApiEndpoint.delete("delete", "/pair-room/:accessCode", lateCommand)
      .middleware(NoBody)
      .annotateMerge(describe("Delete the room; every stream of it ends", "It cannot be undone."))
  )
  .middleware(Parameters)
  .middleware(RateLimits)
  .annotateMerge(OpenApi.annotations({ title: "Rooms", description: "Make a room, look at it, end it." })) {}
