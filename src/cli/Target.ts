/**
 * Which room of which service a command is for, and in whose name it is given.
 */
import { Config, Data, Effect, Layer, Option } from "effect"
import { Argument, Flag } from "effect/cli"
import { type AccessCode, RANDOM_LENGTH } from "../domain/AccessCode.ts"
import { cleaned, codeIn } from "../domain/TypedCode.ts"
import * as RemoteRooms from "../remote/RemoteRooms.ts"
import type { CommandOptions } from "../rooms/RoomCommands.ts"
import type { Rooms as RoomsService } from "../rooms/Rooms.ts"

export const DEFAULT_URL = "http://localhost:3000"

/** What was typed makes no sense. It names the argument, what is allowed, and the value. */
export class Unusable extends Data.TaggedError("Unusable")<{ readonly message: string }> {}

const withVariable = (name: string) => Flag.withFallbackConfig(Config.String(name))

/** Where the service is. */
export const service = {
  url: Flag.String("url").pipe(
    Flag.withDescription(`Address of the service; PAIRROOM_URL by default, else ${DEFAULT_URL}`),
    withVariable("PAIRROOM_URL"),
    Flag.optional
  ),
  apiPrefix: Flag.String("api-prefix").pipe(
    Flag.withDescription("Path of its API; API_PREFIX by default, else /api"),
    withVariable("API_PREFIX"),
    Flag.withDefault("/api")
  )
}

/** The service, and who gives a command. */
export const common = {
  ...service,
  by: Flag.String("by").pipe(
    Flag.withDescription("Your name, so that the others see who it was; PAIRROOM_NAME by default"),
    withVariable("PAIRROOM_NAME"),
    Flag.optional
  )
}

/** The room. It is the last argument, so that it can be left out where the variable is set. */
export const room = Argument.String("room").pipe(
  Argument.withDescription("Access code or link of the room; PAIRROOM_ROOM by default"),
  Argument.withFallbackConfig(Config.String("PAIRROOM_ROOM")),
  Argument.optional
)

/** The room of the variable. */
export const usualRoom: Effect.Effect<Option.Option<string>> = Effect.option(Config.String("PAIRROOM_ROOM"))

export interface Service {
  readonly url: Option.Option<string>
  readonly apiPrefix: string
}

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
    () => DEFAULT_URL
  )
  return /^https?:\/\/[^?#]+$/.test(given) && URL.canParse(given)
    ? Effect.succeed(given.replace(/\/+$/, ""))
    : new Unusable({ message: `url: expected an address such as ${DEFAULT_URL}, got "${given}"` })
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

export interface Common extends Service {
  readonly room: Option.Option<string>
  readonly by: Option.Option<string>
}

/** The rooms of the service that was given, or that the link of a room leads to. */
export const layer = (service: Service, room = ""): Layer.Layer<RoomsService, Unusable> =>
  Layer.unwrap(Effect.map(addressOf(service.url, room), (url) => RemoteRooms.layer({ url, prefix: service.apiPrefix })))

/** Does something with a room, in the name that was given. */
export const withRoom = Effect.fnUntraced(function* <A, E, R>(
  given: Common,
  act: (rooms: RoomsService["Service"], code: AccessCode, options: CommandOptions) => Effect.Effect<A, E, R>
) {
  const code = yield* codeOf(given.room)
  return yield* Effect.provide(
    Effect.flatMap(RemoteRooms.Rooms, (rooms) => act(rooms, code, { by: Option.getOrUndefined(given.by) })),
    layer(given, Option.getOrUndefined(given.room))
  )
})
