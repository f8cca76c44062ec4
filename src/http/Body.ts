/**
 * Reads the bodies of requests, and refuses what is not JSON or too large.
 */
import { ByteSize, Effect } from "effect"
import { HttpIncomingMessage, type HttpServerError, type HttpServerRequest } from "effect/http"
import { BadRequest, PayloadTooLarge, UnsupportedMediaType } from "../domain/errors.ts"
import { shown } from "../domain/BadInput.ts"

/** The largest body, in bytes. */
const BODY_MAX = 16_384

type Request = HttpServerRequest.HttpServerRequest

const utf8 = new TextDecoder("utf-8", { fatal: true })

/** Returns the JSON of a request. Fails if it is not JSON or too large. The body can be read again afterwards. */
export const json = Effect.fnUntraced(function* (request: Request, isOptional = false) {
  yield* isJson(request)
  const bytes = yield* read(request)
  if (isOptional && bytes.byteLength === 0) return {}
  return yield* Effect.try({
    try: (): unknown => JSON.parse(utf8.decode(bytes)),
    catch: () => new BadRequest({ message: `body: expected JSON, got ${shown(new TextDecoder().decode(bytes))}` })
  })
})

/** Ignores a body where none is expected. Fails if it is too large. */
export const skip = (request: Request): Effect.Effect<void, BadRequest | PayloadTooLarge> =>
  request.headers["transfer-encoding"] === undefined && declaredLength(request) <= BODY_MAX
    ? Effect.void
    : Effect.asVoid(read(request))

const isJson = ({ headers }: Request) => {
  const type = headers["content-type"]?.split(";")[0]?.trim().toLowerCase()
  const encoding = headers["content-encoding"]?.trim().toLowerCase()
  return type !== undefined && type !== "application/json"
    ? new UnsupportedMediaType({ message: `content-type: expected application/json, got ${shown(type)}` })
    : encoding !== undefined && encoding !== "identity"
      ? new UnsupportedMediaType({ message: `content-encoding: expected none, got ${shown(encoding)}` })
      : Effect.void
}

const read = (request: Request): Effect.Effect<ArrayBuffer, BadRequest | PayloadTooLarge> =>
  declaredLength(request) > BODY_MAX
    ? Effect.fail(tooLarge())
    : request.arrayBuffer.pipe(
        Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(BODY_MAX)),
        Effect.mapError((error) =>
          isTooLarge(error) ? tooLarge() : new BadRequest({ message: "body: it could not be read to its end" })
        )
      )

const declaredLength = ({ headers }: Request) => Number(headers["content-length"] ?? 0)

const tooLarge = () => new PayloadTooLarge({ message: `body: expected at most ${BODY_MAX} bytes` })

const isTooLarge = ({ reason }: HttpServerError.HttpServerError) =>
  reason._tag === "RequestParseError" && reason.reason === "BodyTooLarge"
