/**
 * The requests of the command `mob` (remotemobprogramming/mob), for which a room is the address of its timer. They are not under
 * the prefix of the API.
 */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { RoomNotFound } from "../../domain/errors.ts"
import { command, describe, params } from "./Command.ts"
import { JsonBody, OptionalBody } from "./Middleware.ts"

const Minutes = Schema.optionalKey(
  Schema.NullOr(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_440 })))
).annotate({ description: "a whole number of minutes from 1 to 1440" })

/** Any text: what cannot be a name is cut or left out. */
const User = Schema.optionalKey(Schema.NullOr(Schema.String)).annotate({ description: "a text" })

export const MobTimer = Schema.Struct({ timer: Minutes, breaktimer: Minutes, user: User }).check(
  Schema.makeFilter(
    ({ breaktimer, timer }) =>
      (typeof timer === "number") !== (typeof breaktimer === "number") || {
        path: ["timer"],
        issue: "Expected either timer or breaktimer"
      }
  )
)

export const MobGoal = Schema.Struct({ goal: Schema.String.annotate({ description: "a text" }), user: User })

export const MobUser = Schema.Struct({ user: User })

const { error, headers } = command

const accepted = HttpApiSchema.Empty(202)

export class MobGroup extends HttpApiGroup.make("mob")
  .add(
    HttpApiEndpoint.put("mobTimer", "/room/:accessCode", {
      params,
      headers,
      payload: MobTimer,
      success: accepted,
      error
    })
      .middleware(JsonBody)
      .annotateMerge(describe("Start a turn or a break, in minutes")),
    HttpApiEndpoint.get("mobGoal", "/room/:accessCode/goal", {
      params,
      success: [Schema.Struct({ goal: Schema.String }), HttpApiSchema.NoContent],
      error: RoomNotFound
    }).annotateMerge(describe("What the room works on, if it has said so")),
    HttpApiEndpoint.put("setMobGoal", "/room/:accessCode/goal", {
      params,
      headers,
      payload: MobGoal,
      success: accepted,
      error
    })
      .middleware(JsonBody)
      .annotateMerge(describe("Say what the room works on")),
    HttpApiEndpoint.delete("deleteMobGoal", "/room/:accessCode/goal", {
      params,
      headers,
      payload: [MobUser, Schema.Null],
      success: accepted,
      error
    })
      .middleware(OptionalBody)
      .annotateMerge(describe("Take the goal away"))
  )
  .annotateMerge(OpenApi.annotations({ title: "The command mob" })) {}
