/**
 * What is done for every request of the API, or for those with a body, as the API declares it. A refusal for a room or a person
 * that is not there is declared by the endpoints that name one in their paths.
 */
import { HttpApiMiddleware } from "effect/http-api"
import { BadRequest, PayloadTooLarge, StoreUnavailable, TooManyRequests, UnsupportedMediaType } from "./errors.ts"

/** Adds the headers that every answer of the API has. */
export class AnswerHeaders extends HttpApiMiddleware.Service<AnswerHeaders>()("pairroom/http/Api/AnswerHeaders") {}

/** Refuses parameters that do not fit their declaration. */
export class Parameters extends HttpApiMiddleware.Service<Parameters>()("pairroom/http/Api/Parameters", {
  error: [BadRequest, StoreUnavailable]
}) {}

/** Refuses a client that asks for too much in a minute. */
export class RateLimits extends HttpApiMiddleware.Service<RateLimits>()("pairroom/http/Api/RateLimits", {
  error: TooManyRequests
}) {}

/** Refuses a body that is not JSON, is too large, or does not fit its declaration. */
export class JsonBody extends HttpApiMiddleware.Service<JsonBody>()("pairroom/http/Api/JsonBody", {
  error: [BadRequest, PayloadTooLarge, UnsupportedMediaType]
}) {}

/** As JsonBody, for a body that may be left out. */
export class OptionalBody extends HttpApiMiddleware.Service<OptionalBody>()("pairroom/http/Api/OptionalBody", {
  error: [BadRequest, PayloadTooLarge, UnsupportedMediaType]
}) {}

/** Ignores a body where none is expected, unless it is too large. */
export class NoBody extends HttpApiMiddleware.Service<NoBody>()("pairroom/http/Api/NoBody", {
  error: [BadRequest, PayloadTooLarge]
}) {}
