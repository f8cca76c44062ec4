/**
 * Requests for the timer: turns, breaks, and taking a change back.
 */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { NothingToUndo, RoomNotFound } from "../../domain/errors.ts"
import { TimerView } from "../../domain/RoomEvent.ts"
import { Extension, NewBreak, TimerSetting } from "../../domain/RoomInput.ts"
import { command, describe, params } from "./Command.ts"
import { JsonBody, NoBody, OptionalBody } from "./Middleware.ts"

export class TimerGroup extends HttpApiGroup.make("timer")
  .add(
    HttpApiEndpoint.get("timer", "/:accessCode/timer", {
      params,
      success: TimerView,
      error: RoomNotFound
    }).annotateMerge(describe("The timer as it is now")),
    HttpApiEndpoint.patch("update", "/:accessCode/timer", { ...command, payload: TimerSetting })
      .middleware(JsonBody)
      .annotateMerge(describe("Set the timer; a running one runs on from the new value")),
    HttpApiEndpoint.patch("start", "/:accessCode/timer/start", command)
      .middleware(NoBody)
      .annotateMerge(describe("Start the timer")),
    HttpApiEndpoint.patch("stop", "/:accessCode/timer/stop", command)
      .middleware(NoBody)
      .annotateMerge(describe("Pause the timer; the remaining time is kept")),
    HttpApiEndpoint.patch("reset", "/:accessCode/timer/reset", command)
      .middleware(NoBody)
      .annotateMerge(describe("Stop the timer and set it to the full length of the period")),
    HttpApiEndpoint.patch("next", "/:accessCode/timer/next", command)
      .middleware(NoBody)
      .annotateMerge(describe("Hand over: the next one drives a full turn; a break ends")),
    HttpApiEndpoint.patch("extend", "/:accessCode/timer/extend", { ...command, payload: Extension })
      .middleware(JsonBody)
      .annotateMerge(describe("Give the present period more time; right after a finish, take the finish back")),
    HttpApiEndpoint.patch("break", "/:accessCode/timer/break", { ...command, payload: [NewBreak, Schema.Null] })
      .middleware(OptionalBody)
      .annotateMerge(describe("Begin a break; a turn that has begun waits behind it")),
    HttpApiEndpoint.patch("ack", "/:accessCode/timer/ack", command)
      .middleware(NoBody)
      .annotateMerge(describe("Acknowledge the finish: the alarm ends on every screen")),
    HttpApiEndpoint.patch("undo", "/:accessCode/undo", { ...command, error: [...command.error, NothingToUndo] })
      .middleware(NoBody)
      .annotateMerge(describe("Take the last change back, for 30 s after it"))
  )
  .annotateMerge(OpenApi.annotations({ title: "Timer" })) {}
