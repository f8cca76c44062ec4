/**
 * The refusals of the contract: what a client sees as `{ "_tag": …, "message": … }` with the matching status.
 * The message says what was wrong and what would be right, naming the field.
 */
import { Schema } from "effect"
import { text } from "./described.ts"

const fields = { message: text(1, 1_000, "what was wrong, and what would be right") }

/** Malformed JSON, a missing or mistyped field, a value out of range, blank or equal names. */
export class BadRequest extends Schema.TaggedError<BadRequest>()("BadRequest", fields, { httpApiStatus: 400 }) {}

/** No room has this access code; also after it was deleted or has expired. */
export class RoomNotFound extends Schema.TaggedError<RoomNotFound>()("RoomNotFound", fields, { httpApiStatus: 404 }) {}

/** The same refusal for every code, so that it reveals nothing about which codes could exist. */
export const roomNotFound = (): RoomNotFound =>
  new RoomNotFound({ message: "accessCode: no room has this access code; it may have been deleted or have expired" })

/** No such path. */
export class NotFound extends Schema.TaggedError<NotFound>()("NotFound", fields, { httpApiStatus: 404 }) {}

/** The path does not have this method. The header `Allow` names the methods that it has. */
export class MethodNotAllowed extends Schema.TaggedError<MethodNotAllowed>()("MethodNotAllowed", fields, {
  httpApiStatus: 405
}) {}

/** A command on a completed room. */
export class RoomClosed extends Schema.TaggedError<RoomClosed>()("RoomClosed", fields, { httpApiStatus: 409 }) {}

/** Nobody of that name is in the room. */
export class PersonNotFound extends Schema.TaggedError<PersonNotFound>()("PersonNotFound", fields, {
  httpApiStatus: 404
}) {}

/** A room has 20 people at most. */
export class RoomFull extends Schema.TaggedError<RoomFull>()("RoomFull", fields, { httpApiStatus: 409 }) {}

/** Somebody else in the room has that name. */
export class NameTaken extends Schema.TaggedError<NameTaken>()("NameTaken", fields, { httpApiStatus: 409 }) {}

/** A room has two people at least. */
export class TooFewPeople extends Schema.TaggedError<TooFewPeople>()("TooFewPeople", fields, { httpApiStatus: 409 }) {}

/** The last change is none that can be undone, or the time for that is over. */
export class NothingToUndo extends Schema.TaggedError<NothingToUndo>()("NothingToUndo", fields, {
  httpApiStatus: 409
}) {}

/** A command with `If-Match` that names another `id` than the room's current one. */
export class Stale extends Schema.TaggedError<Stale>()("Stale", fields, { httpApiStatus: 412 }) {}

/** A body over 16 KiB. */
export class PayloadTooLarge extends Schema.TaggedError<PayloadTooLarge>()("PayloadTooLarge", fields, {
  httpApiStatus: 413
}) {}

/** A body that is not JSON. */
export class UnsupportedMediaType extends Schema.TaggedError<UnsupportedMediaType>()("UnsupportedMediaType", fields, {
  httpApiStatus: 415
}) {}

/** Headers over 16 KiB. */
export class HeadersTooLarge extends Schema.TaggedError<HeadersTooLarge>()("HeadersTooLarge", fields, {
  httpApiStatus: 431
}) {}

/** A request that did not arrive in time. */
export class RequestTimeout extends Schema.TaggedError<RequestTimeout>()("RequestTimeout", fields, {
  httpApiStatus: 408
}) {}

/** An `Expect` other than `100-continue`. */
export class ExpectationFailed extends Schema.TaggedError<ExpectationFailed>()("ExpectationFailed", fields, {
  httpApiStatus: 417
}) {}

/** A transfer coding that the server does not know. */
export class NotImplemented extends Schema.TaggedError<NotImplemented>()("NotImplemented", fields, {
  httpApiStatus: 501
}) {}

/** A limit of requests a minute. The header `Retry-After` says after how many seconds the next one is allowed. */
export class TooManyRequests extends Schema.TaggedError<TooManyRequests>()("TooManyRequests", fields, {
  httpApiStatus: 429
}) {}

/** The store cannot be used, or this room in it; nothing was changed. */
export class StoreUnavailable extends Schema.TaggedError<StoreUnavailable>()("StoreUnavailable", fields, {
  httpApiStatus: 503
}) {}

/** The refusal of every request while the store is away. */
export const storeAway = (): StoreUnavailable =>
  new StoreUnavailable({ message: "the store cannot be reached; nothing was changed; try again in a second" })
