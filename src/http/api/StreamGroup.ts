/**
 * Requests for the stream of a room.
 */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { list, text } from "../../domain/described.ts"
import { NAME_CODE_POINTS_MAX } from "../../domain/Name.ts"
import { RoomEvent } from "../../domain/RoomEvent.ts"
import { describe, lateCommand, params } from "./Command.ts"
import { eventStream } from "./Description.ts"
import { RoomNotFound } from "./errors.ts"
import { NoBody, Parameters, RateLimits } from "./Middleware.ts"

/** A client may give a parameter twice. Then it counts as not given. */
const orTwice = (once: Schema.String) => Schema.Union([once, list(once, 0, 100, "counts as not given")])

const TICKS = "`off` for a stream without the `remaining-time` of each second; anything else means on"

const NAME = "the name of the one who connects, for `here`"

const over = HttpApiSchema.NoContent.annotate({ description: "The room is completed, and the client has seen it." })

export class StreamGroup extends HttpApiGroup.make("stream")
  .add(
    // It has neither Parameters nor RateLimits: an `EventSource` would never come back after their refusals.
    HttpApiEndpoint.get("connect", "/:accessCode/connect", {
      params,
      query: {
        ticks: Schema.optionalKey(orTwice(text(0, 16, TICKS, "off"))),
        name: Schema.optionalKey(orTwice(text(0, NAME_CODE_POINTS_MAX, NAME, "ann")))
      },
      headers: {
        "last-event-id": Schema.optionalKey(
          text(0, 4_096, "the last `id` that the client has seen", "4f1c2a9be07d5683c1")
        )
      },
      success: [HttpApiSchema.StreamSse({ events: RoomEvent }), over],
      error: RoomNotFound
    })
      .middleware(NoBody)
      .annotateMerge(
        describe(
          "The room's events as Server-Sent Events",
          "First the room as it is, then each change, and each second while the timer runs. " +
            "Over a limit, while the server shuts down or the store is away, the stream ends at once; its `retry` says when to come back."
        )
      )
      .annotateMerge(eventStream),
    HttpApiEndpoint.delete("endStreams", "/:accessCode/connect", lateCommand)
      .middleware(NoBody)
      .middleware(Parameters)
      .middleware(RateLimits)
      .annotateMerge(describe("End every stream of the room", "Everybody gets the event `close`. The room stays."))
  )
  .annotateMerge(OpenApi.annotations({ title: "Stream", description: "Follow a room." })) {}
