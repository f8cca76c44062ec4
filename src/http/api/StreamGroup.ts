/**
 * Requests for the stream of a room.
 */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { RoomNotFound } from "../../domain/errors.ts"
import { RoomEvent } from "../../domain/RoomEvent.ts"
import { command, describe, params } from "./Command.ts"
import { NoBody } from "./Middleware.ts"

/** A client may give a parameter twice. Then it counts as not given. */
const Text = Schema.Union([Schema.String, Schema.Array(Schema.String)])

export class StreamGroup extends HttpApiGroup.make("stream")
  .add(
    HttpApiEndpoint.get("connect", "/:accessCode/connect", {
      params,
      query: {
        ticks: Schema.optionalKey(
          Text.annotate({ description: "`off` for a stream without the `remaining-time` of each second" })
        ),
        name: Schema.optionalKey(Text.annotate({ description: "the name of the one who connects, for `here`" }))
      },
      headers: { "last-event-id": Schema.optionalKey(Schema.String) },
      success: [HttpApiSchema.StreamSse({ events: RoomEvent }), HttpApiSchema.NoContent],
      error: RoomNotFound
    })
      .middleware(NoBody)
      .annotateMerge(describe("The room's events as Server-Sent Events")),
    HttpApiEndpoint.delete("endStreams", "/:accessCode/connect", command)
      .middleware(NoBody)
      .annotateMerge(describe("End every stream of the room"))
  )
  .annotateMerge(OpenApi.annotations({ title: "Stream" })) {}
