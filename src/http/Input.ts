/**
 * Checks the parameters and the body of a request before its handler runs. If there is no such room, the answer is
 * RoomNotFound, even if the body is wrong too.
 */
import { Effect, Layer, type Schema, type Types } from "effect"
import { HttpRouter, HttpServerRequest } from "effect/http"
import { type HttpApiEndpoint, HttpApiError, HttpApiMiddleware } from "effect/http-api"
import * as AccessCodes from "../domain/AccessCode.ts"
import { BadRequest, roomNotFound, type RoomNotFound, type StoreUnavailable } from "../domain/errors.ts"
import { badRequest, type Completion, messageOf, type NewRoom, type TimerSetting } from "../domain/RoomInput.ts"
import { Rooms } from "../rooms/Rooms.ts"
import { JsonBody, NoBody, Parameters } from "./Api.ts"
import * as Body from "./Body.ts"

/** Returns the access code. Fails with RoomNotFound if the text cannot be one. */
export const codeOf = ({ accessCode }: { readonly accessCode: string }) =>
  AccessCodes.isAccessCode(accessCode) ? Effect.succeed(accessCode) : roomNotFound()

/** Fails with RoomNotFound if the path names a room that does not exist. */
const findRoom = Effect.fnUntraced(function* (rooms: Rooms["Service"]) {
  const { accessCode } = yield* HttpRouter.params
  if (accessCode !== undefined) yield* rooms.get(yield* codeOf({ accessCode }))
})

const parameters = HttpApiMiddleware.layerSchemaErrorTransform(Parameters, (error) =>
  Effect.fail(error.kind === "Query" ? new BadRequest({ message: messageOf(error.cause.issue) }) : error)
)

const noBody = Layer.effect(
  NoBody,
  Effect.map(Rooms, (rooms) => (httpEffect) => {
    const skipped = Effect.flatMap(HttpServerRequest.HttpServerRequest, Body.skip)
    return Effect.andThen(
      Effect.tapError(skipped, () => findRoom(rooms)),
      httpEffect
    )
  })
)

type Refused = BadRequest | RoomNotFound | StoreUnavailable

const jsonBody = Layer.effect(
  JsonBody,
  Effect.map(Rooms, (rooms) => (httpEffect, { endpoint }) => {
    const refuse = (
      error: unknown,
      input: unknown
    ): Effect.Effect<never, Refused | Types.unhandled, HttpRouter.Provided> =>
      HttpApiError.HttpApiSchemaError.is(error) && error.kind === "Payload"
        ? Effect.andThen(findRoom(rooms), badRequest(fieldsOf(endpoint), input, error.cause.issue))
        : Effect.fail(error as Types.unhandled)
    return Effect.flatMap(HttpServerRequest.HttpServerRequest, Body.json).pipe(
      Effect.tapError(() => findRoom(rooms)),
      Effect.flatMap((input) => Effect.catch(httpEffect, (error) => refuse(error, input)))
    )
  })
)

/** Returns the fields of the declared body. The library has wrapped the schema into a codec for JSON. */
const fieldsOf = ({ payload }: HttpApiEndpoint.Top) => {
  const [codec] = Array.from(payload.values()).flatMap(({ schemas }) => schemas)
  return (codec as unknown as Schema.toCodecJson<typeof NewRoom | typeof TimerSetting | typeof Completion>).schema
    .fields
}

/** The checks of all requests of the API. */
export const layer = Layer.mergeAll(parameters, noBody, jsonBody)
