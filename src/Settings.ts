/**
 * The settings of the process: environment variables, their defaults and what is allowed. A value that cannot be used
 * stops the start with one line that names the variable, the value and what is allowed.
 */
import { Config, Data, Duration, Effect, type LogLevel, Option, Redacted, Result } from "effect"
import { IpNetwork, NetAddress } from "effect/net"
import { PREFIX_PATTERN } from "./domain/AccessCode.ts"
import { shown } from "./domain/BadInput.ts"

export type StoreUrl =
  | { readonly kind: "memory" }
  | { readonly kind: "sqlite"; readonly file: string }
  | { readonly kind: "redis"; readonly url: Redacted.Redacted }

/** A variable whose value cannot be used. */
export class SettingError extends Data.TaggedError("SettingError")<{ readonly message: string }> {}

/** A variable: its default as text, what is allowed with an example where it needs one, and how to read a value; none if it cannot be used. */
interface Setting<A> {
  readonly fallback: string
  readonly allowed: string
  readonly example?: string
  readonly read: (text: string) => Option.Option<A>
}

const text = (fallback: string, allowed: string, pattern: RegExp): Setting<string> => ({
  fallback,
  allowed,
  read: Option.liftPredicate((value) => pattern.test(value))
})

const duration = (fallback: string, least: Duration.Input & string = "1 second"): Setting<Duration.Duration> => ({
  fallback,
  allowed: `a duration of at least "${least}"`,
  example: `"${fallback}"`,
  read: (value) =>
    Option.filter(
      Duration.fromInput(value as Duration.Input),
      (duration) =>
        Duration.isFinite(duration) && Duration.isGreaterThanOrEqualTo(duration, Duration.fromInputUnsafe(least))
    )
})

const oneOf = <const A extends string>(fallback: A, values: ReadonlyArray<A>): Setting<A> => ({
  fallback,
  allowed: `one of ${values.join(", ")}`,
  read: (value) => Option.fromUndefinedOr(values.find((one) => one.toLowerCase() === value.toLowerCase()))
})

const port: Setting<number> = {
  fallback: "3000",
  allowed: "a whole number from 0 to 65535; 0 takes a free port",
  read: (value) => (/^\d{1,5}$/.test(value) && Number(value) <= 65_535 ? Option.some(Number(value)) : Option.none())
}

const storeUrl: Setting<StoreUrl> = {
  fallback: "sqlite:./data/pairroom.db",
  allowed: "memory:, sqlite:PATH, redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE], or the same with rediss: for TLS",
  read: (value) =>
    value === "memory:"
      ? Option.some({ kind: "memory" })
      : /^sqlite:(?!:|\/\/)./.test(value)
        ? Option.some({ kind: "sqlite", file: value.slice("sqlite:".length) })
        : isRedisUrl(value)
          ? Option.some({ kind: "redis", url: Redacted.make(value) })
          : Option.none()
}

const isRedisUrl = (value: string) => {
  if (!/^rediss?:\/\/./.test(value) || !URL.canParse(value)) return false
  const { hash, hostname, pathname, search, username, password } = new URL(value)
  const readable = !/%(?![\da-f]{2})/i.test(username + password)
  return hostname !== "" && readable && /^(\/\d*)?$/.test(pathname) && search + hash === ""
}

/** Hides a password, which must not be logged. */
export const masked = (value: string) => value.replace(/(:\/\/[^:/]*:).*@/, "$1***@")

const isOrigin = (value: string) =>
  URL.canParse(value) && /^https?:$/.test(new URL(value).protocol) && new URL(value).origin === value

const origins: Setting<ReadonlyArray<string>> = {
  fallback: "",
  allowed: "origins separated by commas, each like https://pair.example or http://localhost:5173, with no path",
  read: (value) => {
    const list = value.split(",").map((origin) => origin.trim())
    return value === "" ? Option.some([]) : list.every(isOrigin) ? Option.some(list) : Option.none()
  }
}

const ranges: Readonly<Record<string, ReadonlyArray<IpNetwork.IpNetwork>>> = {
  loopback: ["127.0.0.0/8", "::1/128"].map(IpNetwork.fromStringUnsafe),
  none: []
}

const rangeOf = (text: string) =>
  text.includes("/")
    ? IpNetwork.fromString(text)
    : Result.flatMap(NetAddress.ipFromString(text), (address) => IpNetwork.make(address, NetAddress.width(address)))

const proxies: Setting<ReadonlyArray<IpNetwork.IpNetwork>> = {
  fallback: "loopback",
  allowed: "addresses and ranges such as 10.0.0.0/8, separated by commas; loopback; none",
  read: (value) =>
    Option.map(
      Option.all(
        value.split(",").map((part) => {
          const text = part.trim()
          const known = Object.hasOwn(ranges, text) ? ranges[text] : undefined
          return known === undefined
            ? Option.map(Result.getSuccess(rangeOf(text)), (range) => [range])
            : Option.some(known)
        })
      ),
      (all) => all.flat()
    )
}

const limit = (fallback: string): Setting<number> => ({
  fallback,
  allowed: "a whole number from 1 to 1000000000; off for no limit",
  read: (value) =>
    value.toLowerCase() === "off"
      ? Option.some(Infinity)
      : /^\d{1,10}$/.test(value) && Number(value) >= 1 && Number(value) <= 1_000_000_000
        ? Option.some(Number(value))
        : Option.none()
})

const collector: Setting<string> = {
  fallback: "",
  allowed: "an address such as http://collector:4318, to which /v1/traces and /v1/metrics are added",
  read: (value) =>
    value === "" || (URL.canParse(value) && /^https?:\/\/[^?#]+$/.test(value)) ? Option.some(value) : Option.none()
}

const levels = ["All", "Trace", "Debug", "Info", "Warn", "Error", "Fatal", "None"] satisfies Array<LogLevel.LogLevel>

/** Every variable. */
export const VARIABLES = {
  HOST: text("0.0.0.0", "a host name or an address", /^[\w.:%-]+$/),
  PORT: port,
  STORE_URL: storeUrl,
  STORE_PREFIX: text("pairroom:", "up to 64 letters, digits and any of : . _ - { }", /^[\w:.{}-]{1,64}$/),
  API_PREFIX: text(
    "/api",
    "a path of letters, digits and any of . _ ~ - /, or / alone for none",
    /^\/$|^(\/[A-Za-z0-9._~-]+)+$/
  ),
  ACCESS_CODE_PREFIX: text("", "up to 16 letters, digits, - and _", PREFIX_PATTERN),
  ALLOWED_ORIGINS: origins,
  HEARTBEAT_INTERVAL: duration("15 seconds"),
  STREAM_LIFETIME: duration("20 minutes"),
  ROOM_TTL: duration("7 days"),
  DRAIN_TIMEOUT: duration("20 seconds", "0 seconds"),
  DRAIN_SPREAD: duration("10 seconds", "0 seconds"),
  LOG_LEVEL: oneOf("Info", levels),
  LOG_FORMAT: oneOf("auto", ["auto", "pretty", "json"]),
  TRUSTED_PROXIES: proxies,
  STREAMS_PER_ROOM: limit("1000"),
  STREAMS_PER_ADDRESS: limit("500"),
  ROOMS_PER_MINUTE: limit("120"),
  COMMANDS_PER_MINUTE: limit("3000"),
  UNKNOWN_CODES_PER_MINUTE: limit("120"),
  OTEL_EXPORTER_OTLP_ENDPOINT: collector,
  OTEL_EXPORTER_OTLP_PROTOCOL: oneOf("http/json", ["http/json", "http/protobuf"]),
  OTEL_SERVICE_NAME: text("pairroom", "a name of up to 100 characters", /^[^\p{C}]{1,100}$/u)
}

type Value<S> = S extends Setting<infer A> ? A : never

export type Settings = { readonly [Name in keyof typeof VARIABLES]: Value<(typeof VARIABLES)[Name]> }

/** Returns the text of a variable, trimmed. An empty one means the default. */
const textOf = (name: string) =>
  Config.String(name).pipe(
    Config.withDefault(""),
    Effect.mapError(({ message }) => new SettingError({ message: `${name}: ${message}` })),
    Effect.map((value) => value.trim())
  )

/** Returns the variables that are not as by default, as they were given, without passwords. */
export const changedSettings: Effect.Effect<Readonly<Record<string, string>>> = Effect.forEach(
  Object.entries<Setting<unknown>>(VARIABLES),
  ([name, { fallback }]) =>
    Effect.map(
      Effect.orElseSucceed(textOf(name), () => ""),
      (value) => (value === "" || value === fallback ? [] : [[name, masked(value)] as const])
    )
).pipe(Effect.map((changed) => Object.fromEntries(changed.flat())))

const expectedOf = ({ allowed, example }: Setting<unknown>) =>
  example === undefined ? allowed : `${allowed}, such as ${example}`

/** Reads all settings from the environment or another `ConfigProvider`. An empty value means the default. */
export const settings: Effect.Effect<Settings, SettingError> = Effect.map(
  Effect.forEach(Object.entries<Setting<unknown>>(VARIABLES), ([name, setting]) =>
    textOf(name).pipe(
      Effect.map((value) => value || setting.fallback),
      Effect.flatMap((value) =>
        Option.match(setting.read(value), {
          onNone: () =>
            new SettingError({ message: `${name}: expected ${expectedOf(setting)}, got ${shown(masked(value))}` }),
          onSome: (decoded) => Effect.succeed([name, decoded] as const)
        })
      )
    )
  ),
  (entries) => Object.fromEntries(entries) as Settings
)
