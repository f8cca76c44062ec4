/**
 * The requests of the command `mob` (remotemobprogramming/mob), for which a room is the address of its timer. They are not under
 * the prefix of the API.
 */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { text } from "../../domain/described.ts"
import { GOAL_CODE_POINTS_MAX } from "../../domain/Name.ts"
import { command, describe, params } from "./Command.ts"
import { optionalBody } from "./Description.ts"
import { RoomNotFound } from "./errors.ts"
import { JsonBody, OptionalBody, Parameters, RateLimits } from "./Middleware.ts"

/** The longest text that a body can hold. What is too long is cut. */
const TEXT_MAX = 16_384

const Minutes = Schema.optionalKey(
  Schema.NullOr(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_440 })))
).annotate({ description: "a whole number of minutes from 1 to 1440" })

/** Any text: what cannot be a name is cut or left out. */
const User = Schema.optionalKey(Schema.NullOr(text(0, TEXT_MAX, "who does it", "ann"))).annotate({
  description: "a text"
})

export const MobTimer = Schema.Struct({ timer: Minutes, breaktimer: Minutes, user: User })
  .annotate({
    description: "Either a turn (`timer`) or a break (`breaktimer`).",
    examples: [{ timer: 10, user: "ann" }, { breaktimer: 5 }]
  })
  .check(
    Schema.makeFilter(
      ({ breaktimer, timer }) =>
        (typeof timer === "number") !== (typeof breaktimer === "number") || {
          path: ["timer"],
          issue: "Expected either timer or breaktimer"
        }
    )
  )
  .annotate({ identifier: "MobTimer" })

export const MobGoal = Schema.Struct({
  goal: text(0, TEXT_MAX, "what the room works on", "log in with a passkey").annotate({ description: "a text" }),
  user: User
}).annotate({
  identifier: "MobGoal",
  description: "What the room works on. It becomes one line of at most 140 characters.",
  examples: [{ goal: "log in with a passkey", user: "ann" }]
})

export const MobUser = Schema.Struct({ user: User }).annotate({
  identifier: "MobUser",
  description: "Who does it.",
  examples: [{ user: "ann" }]
})

const Goal = Schema.Struct({
  goal: text(1, GOAL_CODE_POINTS_MAX, "what the room works on", "log in with a passkey")
}).annotate({ identifier: "Goal", description: "What the room works on." })

const { error, headers } = command

const accepted = HttpApiSchema.Empty(202).annotate({ description: "Done, or there was nothing to do." })

const none = HttpApiSchema.NoContent.annotate({ description: "The room has no goal." })

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
      .annotateMerge(
        describe(
          "Start a turn or a break, in minutes",
          "In a turn `user` drives, and is added to the people where missing."
        )
      ),
    HttpApiEndpoint.get("mobGoal", "/room/:accessCode/goal", {
      params,
      success: [Goal, none],
      error: RoomNotFound
    }).annotateMerge(describe("What the room works on, if it has said so", "The `goal` of the room.")),
    HttpApiEndpoint.put("setMobGoal", "/room/:accessCode/goal", {
      params,
      headers,
      payload: MobGoal,
      success: accepted,
      error
    })
      .middleware(JsonBody)
      .annotateMerge(describe("Say what the room works on", "Sets the `goal` of the room.")),
    HttpApiEndpoint.delete("deleteMobGoal", "/room/:accessCode/goal", {
      params,
      headers,
      payload: [MobUser, Schema.Null],
      success: accepted,
      error
    })
      .middleware(OptionalBody)
      .annotateMerge(describe("Take the goal away", "The room has no `goal` then."))
      .annotateMerge(optionalBody)
  )
  .middleware(Parameters)
  .middleware(RateLimits)
  .annotateMerge(
    OpenApi.annotations({
      title: "The command mob",
      description:
        "What the command line of remotemobprogramming/mob sends: the address of its timer is that of a room."
    })
  ) {}
