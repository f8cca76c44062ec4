/**
 * The refusals, as the endpoints declare them: under their own names, and with what they mean.
 */
import { Schema, SchemaAST } from "effect"
import * as Errors from "../../domain/errors.ts"

/** Returns the status that the class of a refusal declares. TypeScript takes the class of any value for a `Function`. */
export const statusOf = (refusal: Error & { readonly _tag: string }): number =>
  SchemaAST.resolveAt<number>("httpApiStatus")((refusal.constructor as typeof Errors.BadRequest).ast) ?? 500

// On the encoded side, because the generator calls that of a class `BadRequestEncoded`.
const declared = <S extends Schema.Top & { readonly identifier: string }>(
  error: S,
  description: string
): S["Rebuild"] =>
  Schema.annotateEncoded<S["Rebuild"]>({ identifier: error.identifier, description })(error.annotate({ description }))

export const BadRequest = declared(Errors.BadRequest, "What was sent is malformed, or a value is not allowed.")
export const RoomNotFound = declared(Errors.RoomNotFound, "No room has this access code.")
export const PersonNotFound = declared(Errors.PersonNotFound, "Nobody of that name is in the room.")
export const RoomClosed = declared(Errors.RoomClosed, "The room is completed.")
export const RoomFull = declared(Errors.RoomFull, "The room has 20 people already.")
export const NameTaken = declared(Errors.NameTaken, "Somebody else in the room has that name.")
export const TooFewPeople = declared(Errors.TooFewPeople, "Fewer than two people would stay.")
export const NothingToUndo = declared(Errors.NothingToUndo, "The last change cannot be undone, or not any more.")
export const Stale = declared(Errors.Stale, "The room is not in the state that `If-Match` names.")
export const PayloadTooLarge = declared(Errors.PayloadTooLarge, "The body has more than 16 KiB.")
export const UnsupportedMediaType = declared(Errors.UnsupportedMediaType, "The body is not JSON.")
export const TooManyRequests = declared(Errors.TooManyRequests, "A limit of requests a minute.")
export const StoreUnavailable = declared(Errors.StoreUnavailable, "The store cannot be used; nothing was changed.")
