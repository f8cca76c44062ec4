/**
 * What the requests of the API share.
 */
import { Schema } from "effect"
import { OpenApi } from "effect/http-api"
import { RoomClosed, RoomNotFound, Stale } from "../../domain/errors.ts"
import { NAME_ALLOWED } from "../../domain/Name.ts"
import { Name } from "../../domain/RoomInput.ts"

// Any text: a text that cannot be an access code gets the same answer as a code that no room has.
export const params = { accessCode: Schema.String.annotate({ description: "the room's access code, in any case" }) }

export const by = {
  by: Schema.optionalKey(
    Name.annotate({ description: `the name of the one who makes the change, given once: ${NAME_ALLOWED}` })
  )
}

/** The declaration of a command on a room. */
export const command = {
  params,
  headers: {
    "if-match": Schema.optionalKey(
      Schema.String.annotate({ description: "the command acts only if this is the room's current `id`" })
    )
  },
  query: by,
  error: [RoomNotFound, RoomClosed, Stale] as const
}

export const describe = (summary: string) => OpenApi.annotations({ summary })
