/**
 * Requests for the timer: turns, breaks, and taking a change back.
 */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { TimerView } from "../../domain/RoomView.ts"
import { Extension, NewBreak, TimerSetting } from "../../domain/RoomInput.ts"
import { command, describe, lateCommand, params } from "./Command.ts"
import { optionalBody } from "./Description.ts"
import { NothingToUndo, RoomNotFound } from "./errors.ts"
import { JsonBody, NoBody, OptionalBody, Parameters, RateLimits } from "./Middleware.ts"

export class TimerGroup extends HttpApiGroup.make("timer")
  .add(
    HttpApiEndpoint.get("timer", "/:accessCode/timer", {
      params,
      success: TimerView,
      error: RoomNotFound
    }).annotateMerge(describe("The timer as it is now", "A part of what the room shows.")),
    HttpApiEndpoint.patch("update", "/:accessCode/timer", { ...command, payload: TimerSetting })
      .middleware(JsonBody)
      .annotateMerge(
        describe(
          "Set the timer; a running one runs on from the new value",
          "It sets the length of turns and, in a turn, what is left of it."
        )
      ),
    HttpApiEndpoint.patch("start", "/:accessCode/timer/start", command)
      .middleware(NoBody)
      .annotateMerge(describe("Start the timer", "Where it runs already, nothing happens.")),
    HttpApiEndpoint.patch("stop", "/:accessCode/timer/stop", command)
      .middleware(NoBody)
      .annotateMerge(describe("Pause the timer; the remaining time is kept", "Where it stands, nothing happens.")),
    HttpApiEndpoint.patch("reset", "/:accessCode/timer/reset", command)
      .middleware(NoBody)
      .annotateMerge(
        describe("Stop the timer and set it to the full length of the period", "Extensions are taken away.")
      ),
    HttpApiEndpoint.patch("next", "/:accessCode/timer/next", command)
      .middleware(NoBody)
      .annotateMerge(
        describe(
          "Hand over: the next one drives a full turn; a break ends",
          "Who is away is passed over. A running timer runs on. Before the turn has run, its number stays."
        )
      ),
    HttpApiEndpoint.patch("extend", "/:accessCode/timer/extend", { ...command, payload: Extension })
      .middleware(JsonBody)
      .annotateMerge(
        describe(
          "Give the present period more time; right after a finish, take the finish back",
          "A period has at most 24 hours."
        )
      ),
    HttpApiEndpoint.patch("break", "/:accessCode/timer/break", { ...command, payload: [NewBreak, Schema.Null] })
      .middleware(OptionalBody)
      .annotateMerge(
        describe(
          "Begin a break; a turn that has begun waits behind it",
          "Without a body it has the usual length: that of `breaks`, else 5 minutes."
        )
      )
      .annotateMerge(optionalBody),
    HttpApiEndpoint.patch("ack", "/:accessCode/timer/ack", command)
      .middleware(NoBody)
      .annotateMerge(
        describe("Acknowledge the finish: the alarm ends on every screen", "Where there is none, nothing happens.")
      ),
    HttpApiEndpoint.patch("undo", "/:accessCode/undo", { ...lateCommand, error: [...lateCommand.error, NothingToUndo] })
      .middleware(NoBody)
      .annotateMerge(
        describe(
          "Take the last change back, for 30 s after it",
          "`lastChange.undoUntil` of the room says until when. A completed room opens again."
        )
      )
  )
  .middleware(Parameters)
  .middleware(RateLimits)
  .annotateMerge(OpenApi.annotations({ title: "Timer", description: "Turns, breaks, and taking a change back." })) {}
