/**
 * States of rooms as they were stored. One that cannot be read is the trouble of its room alone.
 */
import { Data, Effect, Option, Result, Schema } from "effect"
import { shortened } from "../domain/AccessCode.ts"
import { StoreUnavailable } from "../domain/errors.ts"
import { RoomState } from "../domain/RoomState.ts"
import { RoomStateV1, upgrade } from "../domain/RoomStateV1.ts"

/** The newest version of the format that is known here. */
const VERSION: number = RoomState.fields.version.literal

/** The record of one room cannot be read. Those of the other rooms can. */
export class UnreadableRoom extends Data.TaggedError("UnreadableRoom")<{
  readonly key: string
  /** A newer version of Pairroom wrote it. Otherwise it is damaged. */
  readonly isNewer: boolean
  /** What is wrong, for the log: nothing of what the record holds. */
  readonly detail: string
}> {}

export const damaged = (key: string, detail: string): UnreadableRoom =>
  new UnreadableRoom({ key, isNewer: false, detail })

const parse = Schema.decodeUnknownResult(Schema.fromJsonString(Schema.Unknown))
const decodeVersion = Schema.decodeUnknownOption(Schema.Struct({ version: Schema.Number }))
const decodePresent = Schema.decodeUnknownResult(RoomState)
const decodeV1 = Schema.decodeUnknownResult(RoomStateV1)

/** Returns the state that was stored as `text` under `key`. A state of an earlier version is brought into the present format. */
export const decode = (key: string, text: unknown): Result.Result<RoomState, UnreadableRoom> =>
  Result.flatMap(Result.mapError(parse(text), unreadable(key)), (value) => {
    const version = Option.getOrUndefined(decodeVersion(value))?.version ?? VERSION
    if (version > VERSION) {
      return Result.fail(
        new UnreadableRoom({ key, isNewer: true, detail: `format ${version}, this one reads up to ${VERSION}` })
      )
    }
    const state = version === 1 ? Result.map(decodeV1(value), upgrade) : decodePresent(value)
    return Result.mapError(state, unreadable(key))
  })

const unreadable =
  (key: string) =>
  ({ message }: Schema.SchemaError): UnreadableRoom =>
    damaged(key, message.replaceAll(/\s*\n\s*/g, " "))

/** Logs why a room cannot be read. An access code opens its room, so the log has the beginning of it only. */
export const logUnreadable = ({ detail, isNewer, key }: UnreadableRoom): Effect.Effect<void> =>
  Effect.logError(
    isNewer
      ? `room ${shortened(key)} was written by a newer version of Pairroom (${detail})`
      : `the record of room ${shortened(key)} is damaged and cannot be read (${detail})`
  )

/** Logs why a room cannot be read, and fails with what its clients are told. */
export const refuse = (unreadable: UnreadableRoom): Effect.Effect<never, StoreUnavailable> =>
  Effect.andThen(
    logUnreadable(unreadable),
    new StoreUnavailable({
      message: unreadable.isNewer
        ? "this room was written by a newer version of Pairroom, and this version cannot read it; nothing was changed"
        : "this room's record is damaged and cannot be read; nothing was changed; other rooms are not affected"
    })
  )
