/**
 * The flags of the commands that ask a service. Each may also stand before the command: `pairroom --url … status`.
 */
import { Config, Effect, Option } from "effect"
import { Command, Flag, GlobalFlag } from "effect/cli"

export const DEFAULT_URL = "http://localhost:3000"

/**
 * A flag of a command, and the same one before it. The latter is not shown: help and completions have the one of the command, and a
 * command that has none refuses it in both places.
 */
const flagOf = <const Name extends string, A>(name: Name, flag: Flag.Flag<Option.Option<A>>) => {
  const before = GlobalFlag.Setting(name)({ flag: Flag.withHidden(flag) })
  return {
    flag,
    before,
    /** Returns what was given behind the command, or else before it. */
    valueOf: (behind: Option.Option<A>) => Effect.map(before, (given) => Option.orElse(behind, () => given))
  }
}

const text = <const Name extends string>(name: Name, description: string) =>
  flagOf(name, Flag.String(name).pipe(Flag.withDescription(description), Flag.optional))

const url = text("url", `Address of the service; PAIRROOM_URL by default, else ${DEFAULT_URL}`)

const apiPrefix = text("api-prefix", "Path of its API; API_PREFIX by default, else /api")

const by = text("by", "Your name, so that the others see who it was; PAIRROOM_NAME by default")

const json = flagOf("json", Flag.Boolean("json").pipe(Flag.optional))

const variable = (name: string) => Effect.option(Config.String(name))

/** Returns what was typed, or else the value of the variable. */
const typedOr = <R>(typed: Effect.Effect<Option.Option<string>, never, R>, name: string) =>
  Effect.flatMap(typed, Option.match({ onNone: () => variable(name), onSome: Effect.succeedSome }))

/** Where the service is, and who gives a command. */
export const common = { url: url.flag, apiPrefix: apiPrefix.flag, by: by.flag }

/** These flags, as they were given behind the command. */
export interface Common {
  readonly url: Option.Option<string>
  readonly apiPrefix: Option.Option<string>
  readonly by: Option.Option<string>
}

/** Lets the common flags stand before the command. */
export const withCommon = Command.withGlobalFlags([url.before, apiPrefix.before, by.before])

/** Returns the address that was typed, if one was. */
export const typedUrl = url.valueOf

/** Returns the address that was given, if one was. */
export const urlOf = (behind: Option.Option<string>) => typedOr(url.valueOf(behind), "PAIRROOM_URL")

/** Returns the path of the API. */
export const apiPrefixOf = (behind: Option.Option<string>) =>
  Effect.map(
    typedOr(apiPrefix.valueOf(behind), "API_PREFIX"),
    Option.getOrElse(() => "/api")
  )

/** Returns who gives a command, if that was said. */
export const byOf = (behind: Option.Option<string>) =>
  Effect.map(typedOr(by.valueOf(behind), "PAIRROOM_NAME"), Option.getOrUndefined)

/** `--url` alone. */
export const service = { url: url.flag }
export const withUrl = Command.withGlobalFlags([url.before])

/** `--json`, with what a command prints then. */
export const jsonFlag = (description: string) => json.flag.pipe(Flag.withDescription(description))
export const withJson = Command.withGlobalFlags([json.before])

/** Is JSON asked for? */
export const isJson = (behind: Option.Option<boolean>) =>
  Effect.map(
    json.valueOf(behind),
    Option.getOrElse(() => false)
  )
