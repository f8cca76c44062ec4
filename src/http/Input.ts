/**
 * Checks the parameters and the body of a request before its handler runs. If there is no such room, or nobody of that name in it,
 * the answer says so, even if the body is wrong too.
 */
import { Effect, Layer, type Schema, type Types } from "effect"
import { HttpRouter, HttpServerRequest } from "effect/http"
import { type HttpApiEndpoint, HttpApiError } from "effect/http-api"
import * as AccessCodes from "../domain/AccessCode.ts"
import {
  type BadRequest,
  type PersonNotFound,
  roomNotFound,
  type RoomNotFound,
  type StoreUnavailable
} from "../domain/errors.ts"
import { toName } from "../domain/Name.ts"
import { badRequest } from "../domain/BadInput.ts"
import { missing } from "../domain/PeopleCommands.ts"
import { Rooms } from "../rooms/Rooms.ts"
import { JsonBody, NoBody, OptionalBody, Parameters } from "./api/Middleware.ts"
import * as Body from "./Body.ts"

/** Returns the access code. Fails with RoomNotFound if the text cannot be one. */
export const codeOf = ({ accessCode }: { readonly accessCode: string }) =>
  AccessCodes.isAccessCode(accessCode) ? Effect.succeed(accessCode) : roomNotFound()

/** Fails if the path names a room that does not exist, or somebody who is not in it. */
const findRoom = (rooms: Rooms["Service"]) => Effect.mapError(find(rooms), declared)

/**
 * These errors are declared by the endpoints that name a room or a person in their paths. The checks do not declare them, because
 * other endpoints have the same checks. `unhandled` is the library's type for an error that an endpoint declares.
 */
const declared = (error: RoomNotFound | PersonNotFound | StoreUnavailable) => error as unknown as Types.unhandled

const find = Effect.fnUntraced(function* (rooms: Rooms["Service"]) {
  const { accessCode, name } = yield* HttpRouter.params
  if (accessCode === undefined) return
  const { people } = yield* rooms.get(yield* codeOf({ accessCode }))
  const nobody = name === undefined ? undefined : missing(people, toName(name))
  if (nobody !== undefined) return yield* nobody
})

/** Refuses in our words what the library has found wrong with a part of a request. */
const refuse =
  (rooms: Rooms["Service"], kind: "Query" | "Payload", declaration: Schema.Top | undefined, input: unknown) =>
  (error: unknown): Effect.Effect<never, BadRequest | Types.unhandled, HttpRouter.Provided> =>
    HttpApiError.HttpApiSchemaError.is(error) && error.kind === kind
      ? Effect.andThen(findRoom(rooms), badRequest(fieldsOf(declaration), input, error.cause.issue))
      : Effect.fail(error as Types.unhandled)

const parameters = Layer.effect(
  Parameters,
  Effect.map(
    Rooms,
    (rooms) =>
      (httpEffect, { endpoint }) =>
        Effect.catch(httpEffect, (error) =>
          Effect.flatMap(HttpServerRequest.ParsedSearchParams, (query) =>
            refuse(rooms, "Query", endpoint.query, query)(error)
          )
        )
  )
)

const noBody = Layer.effect(
  NoBody,
  Effect.map(Rooms, (rooms) => (httpEffect, { endpoint }) => {
    const skipped = Effect.flatMap(HttpServerRequest.HttpServerRequest, Body.skip)
    // An `EventSource` would never come back after a 503.
    const found =
      endpoint.identifier === "connect"
        ? Effect.mapError(
            Effect.catchTag(find(rooms), "StoreUnavailable", () => Effect.void),
            declared
          )
        : findRoom(rooms)
    return Effect.andThen(
      Effect.tapError(skipped, () => found),
      httpEffect
    )
  })
)

const withBody = (isOptional: boolean) =>
  Effect.map(
    Rooms,
    (rooms): JsonBody["Service"] =>
      (httpEffect, { endpoint }) =>
        Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => Body.json(request, isOptional)).pipe(
          Effect.tapError(() => findRoom(rooms)),
          Effect.flatMap((input) => Effect.catch(httpEffect, refuse(rooms, "Payload", payloadOf(endpoint), input)))
        )
  )

const payloadOf = ({ payload }: HttpApiEndpoint.Top) =>
  Array.from(payload.values()).flatMap(({ schemas }) => schemas)[0]

/** Returns the fields of a declared body or query. The library has wrapped its schema; a body that may be left out is a union. */
const fieldsOf = (declared: Schema.Top | undefined): Schema.Struct.Fields => {
  const { fields, members, schema } = declared as Schema.Top & {
    readonly fields?: Schema.Struct.Fields
    readonly members?: ReadonlyArray<Schema.Top>
    readonly schema?: Schema.Top
  }
  return fields ?? fieldsOf(schema ?? members?.[0])
}

/** The checks of all requests of the API. */
export const layer = Layer.mergeAll(
  parameters,
  noBody,
  Layer.effect(JsonBody, withBody(false)),
  Layer.effect(OptionalBody, withBody(true))
)
