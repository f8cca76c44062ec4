import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Duration, Effect, Redacted } from "effect"
import { IpNetwork } from "effect/net"
import { settings } from "../src/Settings.ts"

const read = (environment: Record<string, string>) =>
  settings.pipe(Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(environment))))

describe("Settings", () => {
  it.effect("have the defaults of the contract, and an empty value counts as left out", () =>
    Effect.gen(function* () {
      const defaults = yield* read({})
      assert.deepStrictEqual(yield* read({ PORT: "", STORE_URL: " ", ALLOWED_ORIGINS: "" }), defaults)
      assert.deepInclude(defaults, {
        HOST: "0.0.0.0",
        PORT: 3_000,
        STORE_URL: { kind: "sqlite", file: "./data/pairroom.db" },
        STORE_PREFIX: "pairroom:",
        API_PREFIX: "/api",
        ACCESS_CODE_PREFIX: "",
        ALLOWED_ORIGINS: [],
        LOG_LEVEL: "Info",
        STREAMS_PER_ROOM: 1_000,
        STREAMS_PER_ADDRESS: 500,
        ROOMS_PER_MINUTE: 120,
        COMMANDS_PER_MINUTE: 3_000,
        UNKNOWN_CODES_PER_MINUTE: 120
      })
      assert.deepStrictEqual(defaults.TRUSTED_PROXIES.map(IpNetwork.format), ["127.0.0.0/8", "::1/128"])
      assert.deepStrictEqual(Duration.toSeconds(defaults.HEARTBEAT_INTERVAL), 15)
      assert.deepStrictEqual(Duration.toMinutes(defaults.STREAM_LIFETIME), 20)
      assert.deepStrictEqual(Duration.toDays(defaults.ROOM_TTL), 7)
      assert.deepStrictEqual(Duration.toSeconds(defaults.DRAIN_TIMEOUT), 20)
      assert.deepStrictEqual(Duration.toSeconds(defaults.DRAIN_SPREAD), 10)
    })
  )

  it.effect("take proxies as addresses, ranges and names, and limits as numbers or off", () =>
    Effect.gen(function* () {
      const taken = yield* read({
        TRUSTED_PROXIES: "10.0.0.0/8, 192.0.2.1,2001:db8::1, loopback",
        ROOMS_PER_MINUTE: "OFF"
      })
      assert.deepStrictEqual(taken.TRUSTED_PROXIES.map(IpNetwork.format), [
        "10.0.0.0/8",
        "192.0.2.1/32",
        "2001:db8::1/128",
        "127.0.0.0/8",
        "::1/128"
      ])
      assert.strictEqual(taken.ROOMS_PER_MINUTE, Infinity)
      assert.deepStrictEqual((yield* read({ TRUSTED_PROXIES: "none" })).TRUSTED_PROXIES, [])
      for (const [name, value] of [
        ["TRUSTED_PROXIES", "nginx"],
        ["TRUSTED_PROXIES", "10.0.0.0/99"],
        ["COMMANDS_PER_MINUTE", "0"],
        ["STREAMS_PER_ROOM", "-1"],
        ["STREAMS_PER_ADDRESS", "many"]
      ] as const) {
        const { message } = yield* Effect.flip(read({ [name]: value }))
        assert.isTrue(message.startsWith(`${name}: expected `) && message.endsWith(`, got "${value}"`), message)
      }
    })
  )

  it.effect("take what is allowed", () =>
    Effect.gen(function* () {
      const taken = yield* read({
        PORT: "0",
        STORE_URL: "memory:",
        API_PREFIX: "/",
        ACCESS_CODE_PREFIX: "IAN",
        ALLOWED_ORIGINS: "https://pair.example, http://localhost:5173",
        STREAM_LIFETIME: "90 seconds",
        LOG_LEVEL: "debug",
        LOG_FORMAT: "JSON"
      })
      assert.deepInclude(taken, {
        PORT: 0,
        STORE_URL: { kind: "memory" },
        API_PREFIX: "/",
        ACCESS_CODE_PREFIX: "IAN",
        ALLOWED_ORIGINS: ["https://pair.example", "http://localhost:5173"],
        LOG_LEVEL: "Debug",
        LOG_FORMAT: "json"
      })
      assert.strictEqual(Duration.toSeconds(taken.STREAM_LIFETIME), 90)
    })
  )

  it.effect.each([
    "redis://localhost",
    "redis://localhost:6380/2",
    "redis://:p%40ss@10.0.0.1",
    "rediss://user:pass@redis.example:6380",
    "redis://[::1]:6379"
  ])("take the address of a Redis, and keep it out of what is printed: %s", (url) =>
    Effect.gen(function* () {
      const { STORE_URL: taken } = yield* read({ STORE_URL: url })
      assert(taken.kind === "redis")
      assert.strictEqual(Redacted.value(taken.url), url)
      assert.notInclude(String(taken.url), url)
    })
  )

  it.effect("do not print the password of an address that cannot be used", () =>
    Effect.gen(function* () {
      const { message } = yield* Effect.flip(read({ STORE_URL: "redis://me:s3c@ret@localhost/rooms" }))
      assert.match(message, /got "redis:\/\/me:\*\*\*@localhost\/rooms"/)
    })
  )

  it.effect.each([
    { name: "PORT", value: "65536" },
    { name: "PORT", value: "-1" },
    { name: "PORT", value: "http" },
    { name: "HOST", value: "a b" },
    { name: "STORE_URL", value: "postgres://x" },
    { name: "STORE_URL", value: "sqlite:" },
    { name: "STORE_URL", value: "redis:" },
    { name: "STORE_URL", value: "redis://" },
    { name: "STORE_URL", value: "redis://localhost/rooms" },
    { name: "STORE_URL", value: "redis://localhost?db=1" },
    { name: "STORE_PREFIX", value: "two words" },
    { name: "API_PREFIX", value: "api" },
    { name: "API_PREFIX", value: "/api/" },
    { name: "ACCESS_CODE_PREFIX", value: "a/b" },
    { name: "ALLOWED_ORIGINS", value: "*" },
    { name: "ALLOWED_ORIGINS", value: "https://pair.example/" },
    { name: "HEARTBEAT_INTERVAL", value: "-15 seconds" },
    { name: "HEARTBEAT_INTERVAL", value: "0 seconds" },
    { name: "STREAM_LIFETIME", value: "soon" },
    { name: "ROOM_TTL", value: "Infinity" },
    { name: "DRAIN_SPREAD", value: "10" },
    { name: "LOG_LEVEL", value: "loud" },
    { name: "LOG_FORMAT", value: "xml" },
    { name: "OTEL_EXPORTER_OTLP_ENDPOINT", value: "collector:4318" },
    { name: "OTEL_EXPORTER_OTLP_ENDPOINT", value: "grpc://collector:4317" },
    { name: "OTEL_EXPORTER_OTLP_ENDPOINT", value: "http://" },
    { name: "OTEL_EXPORTER_OTLP_PROTOCOL", value: "grpc" }
  ])(
    "refuse a value that cannot be used, in one line with the variable, the value and what is allowed: $name=$value",
    ({ name, value }) =>
      Effect.gen(function* () {
        const { message } = yield* Effect.flip(read({ [name]: value }))
        assert.match(message, new RegExp(`^${name}: expected .+, got "`))
        assert.include(message, value)
        assert.notInclude(message, "\n")
      })
  )
})
