/**
 * Requests for the people of a room.
 */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { sentWith } from "../../domain/described.ts"
import { NAME_CODE_POINTS_MAX } from "../../domain/Name.ts"
import { NewPerson, Order, PersonChange } from "../../domain/RoomInput.ts"
import { command, describe, params } from "./Command.ts"
import { NameTaken, PersonNotFound, RoomFull, TooFewPeople } from "./errors.ts"
import { JsonBody, NoBody, Parameters, RateLimits } from "./Middleware.ts"

// Any text: nobody is called by a text that cannot be a name.
const name = Schema.String.pipe(
  sentWith({ minLength: 1, maxLength: NAME_CODE_POINTS_MAX }, "the name of somebody in the room", "cem")
)

const person = { ...command, params: { ...params, name } }

export class PeopleGroup extends HttpApiGroup.make("people")
  .add(
    HttpApiEndpoint.post("addPerson", "/pair-room/:accessCode/people", {
      ...command,
      payload: NewPerson,
      error: [...command.error, RoomFull]
    })
      .middleware(JsonBody)
      .annotateMerge(
        describe("Add somebody at the end; who is away comes back", "Who is in the room already stays where they are.")
      ),
    HttpApiEndpoint.patch("orderPeople", "/pair-room/:accessCode/people", { ...command, payload: Order })
      .middleware(JsonBody)
      .annotateMerge(
        describe(
          "Give the people another order; the driver stays the driver",
          "Everybody in the room is to be named once."
        )
      ),
    HttpApiEndpoint.patch("changePerson", "/pair-room/:accessCode/people/:name", {
      ...person,
      payload: PersonChange,
      error: [...command.error, PersonNotFound, NameTaken]
    })
      .middleware(JsonBody)
      .annotateMerge(
        describe(
          "Rename somebody, or note that somebody is away or back",
          "Where the driver goes away, the next one drives. A new name stands in the log too."
        )
      ),
    HttpApiEndpoint.delete("removePerson", "/pair-room/:accessCode/people/:name", {
      ...person,
      error: [...command.error, PersonNotFound, TooFewPeople]
    })
      .middleware(NoBody)
      .annotateMerge(describe("Somebody leaves the room", "Where the driver leaves, the next one drives."))
  )
  .middleware(Parameters)
  .middleware(RateLimits)
  .annotateMerge(
    OpenApi.annotations({ title: "People", description: "Who is in a room, and in which order they drive." })
  ) {}
