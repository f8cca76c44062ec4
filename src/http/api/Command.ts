/**
 * What the requests of the API share.
 */
import { Schema } from "effect"
import { HttpApiSchema, OpenApi } from "effect/http-api"
import { CODE_PATTERN, EXAMPLE } from "../../domain/AccessCode.ts"
import { sentWith, text } from "../../domain/described.ts"
import { NAME_ALLOWED } from "../../domain/Name.ts"
import { nameField } from "../../domain/RoomFields.ts"
import { RoomClosed, RoomNotFound, Stale } from "./errors.ts"

// Any text: a text that cannot be an access code gets the same answer as a code that no room has.
export const AnyCode = Schema.String.pipe(
  sentWith({ pattern: CODE_PATTERN.source }, "the room's access code, in any case", EXAMPLE)
)

export const params = { accessCode: AnyCode }

export const by = {
  by: Schema.optionalKey(nameField(`the name of the one who makes the change, given once: ${NAME_ALLOWED}`))
}

const IF_MATCH = "the command acts only if this is the room's current `id`, quoted as in `ETag`; `*` for any"

/** There was nothing to do, or it is done. */
const Done = HttpApiSchema.NoContent.annotate({ description: "Done, or there was nothing to do." })

/** The declaration of a command on a room. */
export const command = {
  params,
  headers: { "if-match": Schema.optionalKey(text(1, 4_096, IF_MATCH, "*")) },
  query: by,
  success: Done,
  error: [RoomNotFound, RoomClosed, Stale] as const
}

/** The same for one that a completed room takes too. */
export const lateCommand = { ...command, error: [RoomNotFound, Stale] as const }

export const describe = (summary: string, description: string) => OpenApi.annotations({ summary, description })
