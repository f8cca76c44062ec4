/**
 * Which room of which service a command is for, and in whose name it is given.
 */
import { Config, Data, Effect, Layer, Option } from "effect"
import { Argument } from "effect/cli"
import { type AccessCode, RANDOM_LENGTH } from "../domain/AccessCode.ts"
import { cleaned, codeIn } from "../domain/TypedCode.ts"
import * as RemoteRooms from "../remote/RemoteRooms.ts"
import type { CommandOptions } from "../rooms/RoomCommands.ts"
import type { Rooms as RoomsService } from "../rooms/Rooms.ts"
import * as Flags from "./Flags.ts"

/** What was typed makes no sense. It names the argument, what is allowed, and the value. */
export class Unusable extends Data.TaggedError("Unusable")<{ readonly message: string }> {}

/** The room. It is the last argument, so that it can be left out where the variable is set. */
export const room = Argument.String("room").pipe(
  Argument.withDescription("Access code or link of the room; PAIRROOM_ROOM by default"),
  Argument.withFallbackConfig(Config.String("PAIRROOM_ROOM")),
  Argument.optional
)

/** The room of the variable. */
export const usualRoom: Effect.Effect<Option.Option<string>> = Effect.option(Config.String("PAIRROOM_ROOM"))

/** The address in a link, also in one that was typed without its scheme. */
const inLink = (room: string): Option.Option<string> => {
  const [, scheme, host = "", path = ""] = /^(https?:\/\/)?([^/\s]+)((?:\/[^/\s]+)*)\/room\//i.exec(cleaned(room)) ?? []
  if (host === "" || (scheme === undefined && !/[.:]|^localhost$/.test(host))) return Option.none()
  return Option.some(`${scheme ?? (/:\d+$|^localhost$/.test(host) ? "http://" : "https://")}${host}${path}`)
}

/** Returns the address of the service, without a slash at its end. */
export const addressOf = (url: Option.Option<string>, room = ""): Effect.Effect<string, Unusable> => {
  const given = Option.getOrElse(
    Option.orElse(inLink(room), () => url),
    () => Flags.DEFAULT_URL
  )
  return /^https?:\/\/[^?#]+$/.test(given) && URL.canParse(given)
    ? Effect.succeed(given.replace(/\/+$/, ""))
    : new Unusable({ message: `url: expected an address such as ${Flags.DEFAULT_URL}, got "${given}"` })
}

/** Returns the access code in a text, if there is one. No code is shorter than its random part. */
export const codeFrom = (text: string): Option.Option<AccessCode> =>
  Option.filter(Option.fromUndefinedOr(codeIn(text)), (code) => code.length >= RANDOM_LENGTH)

/** Returns the access code in what was typed. */
export const codeOf = (room: Option.Option<string>): Effect.Effect<AccessCode, Unusable> => {
  const code = Option.flatMap(room, codeFrom)
  const got = Option.match(room, { onNone: () => "nothing; PAIRROOM_ROOM is not set", onSome: (text) => `"${text}"` })
  return Option.match(code, {
    onNone: () => new Unusable({ message: `room: expected an access code, or the link of a room, got ${got}` }),
    onSome: Effect.succeed
  })
}

/** Returns the address of the service that was given, or that the link of a room leads to. */
export const serviceOf = (url: Option.Option<string>, room = "") =>
  Effect.flatMap(Flags.urlOf(url), (url) => addressOf(url, room))

/** The rooms of that service. */
export const layer = ({ apiPrefix, url }: Pick<Flags.Common, "apiPrefix" | "url">, room = "") =>
  Layer.unwrap(
    Effect.gen(function* () {
      return RemoteRooms.layer({ url: yield* serviceOf(url, room), prefix: yield* Flags.apiPrefixOf(apiPrefix) })
    })
  )

export interface Target extends Flags.Common {
  readonly room: Option.Option<string>
}

/** Does something with a room, in the name that was given. */
export const withRoom = Effect.fnUntraced(function* <A, E, R>(
  given: Target,
  act: (rooms: RoomsService["Service"], code: AccessCode, options: CommandOptions) => Effect.Effect<A, E, R>
) {
  const code = yield* codeOf(given.room)
  const by = yield* Flags.byOf(given.by)
  return yield* Effect.provide(
    Effect.flatMap(RemoteRooms.Rooms, (rooms) => act(rooms, code, { by })),
    layer(given, Option.getOrUndefined(given.room))
  )
})
