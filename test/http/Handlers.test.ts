import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer, Stream, SubscriptionRef } from "effect"
import { TestClock } from "effect/testing"
import { ALPHABET } from "../../src/domain/AccessCode.ts"
import { StoreUnavailable } from "../../src/domain/errors.ts"
import { Rooms } from "../../src/rooms/Rooms.ts"
import { RoomStore } from "../../src/store/RoomStore.ts"
import { type Answer, call, open, pair, serve, watch } from "./harness.ts"

const refusal = ({ status, json }: Answer) => [status, json._tag]

const room = (code: string) => Effect.map(call("GET", `/api/pair-room/${code}`), ({ json }) => json)

describe("creating a room", () => {
  it.effect("gives its access code and where it is", () =>
    Effect.gen(function* () {
      const answer = yield* call("POST", "/api/pair-room", { body: { ...pair, missionUrl: null, pairId: null } })
      assert.strictEqual(answer.status, 201)
      const { accessCode } = answer.json
      assert.match(accessCode, new RegExp(`^[${ALPHABET}]{13}$`))
      assert.strictEqual(answer.headers["location"], `/api/pair-room/${accessCode}`)
      assert.strictEqual(answer.headers["cache-control"], "no-store")
      assert.deepInclude(yield* room(accessCode), {
        driver: "lemon",
        navigator: "apple",
        status: "IN_PROGRESS",
        duration: 600_000,
        remainingTime: 600_000,
        missionUrl: "",
        accessCode,
        running: false,
        endsAt: null,
        turn: 1,
        finishedAt: null,
        connections: 0,
        serverTime: 0
      })
    }).pipe(Effect.provide(serve()))
  )

  it.effect("takes the prefix of this instance as it is, and codes of other instances are valid", () =>
    Effect.gen(function* () {
      const code = yield* open()
      assert.match(code, /^ian/)
      assert.strictEqual((yield* room(code.toUpperCase())).accessCode, code)
      assert.deepStrictEqual(refusal(yield* call("GET", "/api/pair-room/IBN2WQYYFY8H7RFD")), [404, "RoomNotFound"])
    }).pipe(Effect.provide(serve({}, Rooms.layerWith({ prefix: "ian" }))))
  )

  it.effect("refuses what is wrong with the field's name in the message", () =>
    Effect.gen(function* () {
      const bodies: ReadonlyArray<readonly [unknown, number, string]> = [
        [{ ...pair, driver: " " }, 400, "driver: "],
        [{ ...pair, navigator: "lemon " }, 400, "navigator: "],
        [{ ...pair, timerDuration: "600000" }, 400, "timerDuration: "],
        [{ ...pair, timerDuration: 999 }, 400, "timerDuration: "],
        [{ ...pair, timerRemainingTime: 600_001 }, 400, "timerRemainingTime: "],
        [{ ...pair, missionUrl: "javascript:alert(1)" }, 400, "missionUrl: "],
        ["{", 400, "body: "],
        ["", 400, "body: "],
        ["null", 400, "body: "],
        ["[]", 400, "body: "],
        ["\u0000", 400, "body: "],
        [{ ...pair, missionUrl: `http://x/${"a".repeat(16_384)}` }, 413, "body: "]
      ]
      for (const [body, status, beginning] of bodies) {
        const answer = yield* call("POST", "/api/pair-room", { body })
        assert.strictEqual(answer.status, status, String(body))
        assert.strictEqual(answer.json._tag, status === 400 ? "BadRequest" : "PayloadTooLarge")
        assert.isTrue(answer.json.message.startsWith(beginning), answer.json.message)
        assert.strictEqual(answer.headers["cache-control"], "no-store")
      }
      const text = yield* call("POST", "/api/pair-room", {
        headers: { "content-type": "text/plain" },
        body: JSON.stringify(pair)
      })
      assert.deepStrictEqual(refusal(text), [415, "UnsupportedMediaType"])
    }).pipe(Effect.provide(serve()))
  )
})

describe("looking at a room", () => {
  it.effect("finds it in lower case too, and gives its id as the ETag", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const answer = yield* call("GET", `/api/pair-room/${code.toLowerCase()}`)
      assert.strictEqual(answer.headers["etag"], `"${answer.json.id}"`)
      assert.strictEqual(answer.json.accessCode, code)
      assert.deepStrictEqual((yield* call("GET", `/api/pair-room/exists?access_code=${code}`)).json, { exists: true })
      assert.deepStrictEqual((yield* call("GET", "/api/pair-room/exists?access_code=nope")).json, { exists: false })
      assert.deepStrictEqual(refusal(yield* call("GET", "/api/pair-room/exists")), [400, "BadRequest"])
    }).pipe(Effect.provide(serve()))
  )

  it.effect("answers the same for every code that no room has", () =>
    Effect.gen(function* () {
      const codes = ["AAAAAAAAAAAAA", "x", "a".repeat(8_000), "%ED%95%9C", "%zz", "%ff", "..%2f..", "%00", "*", "a;b=c"]
      const answers = yield* Effect.forEach(codes, (code) =>
        Effect.all([
          call("GET", `/api/pair-room/${code}`),
          call("GET", `/api/${code}/timer`),
          call("GET", `/api/${code}/connect`),
          call("PATCH", `/api/${code}/timer`, { body: "{" }),
          call("PATCH", `/api/pair-room/${code}/status`, { body: { status: "OPEN" } }),
          call("PATCH", `/api/${code}/timer/start`),
          call("DELETE", `/api/pair-room/${code}`)
        ])
      )
      assert.deepStrictEqual(
        [...new Set(answers.flat().map(({ status, text }) => `${status} ${text}`))],
        [`404 ${answers[0]?.[0]?.text}`]
      )
      assert.strictEqual(answers[0]?.[0]?.json._tag, "RoomNotFound")
    }).pipe(Effect.provide(serve()))
  )
})

describe("commands", () => {
  it.effect("act once, however often they are given", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const stream = yield* watch(`/api/${code}/connect`)
      yield* stream.next(3)
      for (const press of ["start", "start", "stop", "stop", "reset", "reset"]) {
        const answer = yield* call("PATCH", `/api/${code}/timer/${press}`, {
          headers: { "content-type": "application/json" }
        })
        assert.deepStrictEqual([answer.status, answer.text], [204, ""])
        yield* TestClock.adjust("100 millis")
      }
      assert.deepStrictEqual(yield* stream.next(7), [
        "room",
        "timer start",
        "room",
        "timer pause",
        "room",
        "remaining-time 600000",
        "timer update"
      ])
      yield* call("PATCH", `/api/${code}/timer`, { body: { duration: 60_000, remainingTime: null } })
      assert.deepStrictEqual(yield* stream.next(3), ["room", "remaining-time 60000", "timer update"])
      yield* call("PATCH", `/api/pair-room/${code}/pair-swap`)
      assert.deepStrictEqual(yield* stream.next(1), ["room"])
      assert.strictEqual((yield* room(code)).driver, "apple")
      assert.deepStrictEqual(yield* stream.unread, [])
    }).pipe(Effect.provide(serve()))
  )

  it.effect("an update of a running timer lets it run on from the new value", () =>
    Effect.gen(function* () {
      const code = yield* open()
      yield* call("PATCH", `/api/${code}/timer/start`)
      yield* TestClock.adjust("2 seconds")
      yield* call("PATCH", `/api/${code}/timer`, { body: { duration: 30_000, remainingTime: 10_000 } })
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual((yield* call("GET", `/api/${code}/timer`)).json, {
        duration: 30_000,
        remainingTime: 9_000,
        running: true,
        endsAt: 12_000,
        serverTime: 3_000,
        period: "turn",
        periodDuration: 30_000,
        startsAt: null
      })
    }).pipe(Effect.provide(serve()))
  )

  it.effect("act with If-Match only in the state that it names", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const { id } = yield* room(code)
      const swap = (header: string) =>
        call("PATCH", `/api/pair-room/${code}/pair-swap`, { headers: { "if-match": header } })
      assert.deepStrictEqual(refusal(yield* swap('"other"')), [412, "Stale"])
      assert.strictEqual((yield* swap(`"${id}"`)).status, 204)
      assert.deepStrictEqual(refusal(yield* swap(`"${id}"`)), [412, "Stale"])
      for (const form of [(id: string) => id, (id: string) => `W/"${id}"`, (id: string) => `"a", W/"b","${id}"`]) {
        assert.strictEqual((yield* swap(form((yield* room(code)).id))).status, 204)
      }
      assert.strictEqual((yield* swap("*")).status, 204)
      assert.strictEqual((yield* room(code)).driver, "apple")
      const deletion = yield* call("DELETE", `/api/pair-room/${code}`, { headers: { "if-match": `"${id}"` } })
      assert.deepStrictEqual(refusal(deletion), [412, "Stale"])
    }).pipe(Effect.provide(serve()))
  )

  it.effect("an old client's swap after the finish is taken as that of the finish", () =>
    Effect.gen(function* () {
      const code = yield* open({ timerDuration: 1_000 })
      const swap = call("PATCH", `/api/pair-room/${code}/pair-swap`)
      yield* call("PATCH", `/api/${code}/timer/start`)
      yield* TestClock.adjust("2 seconds")
      yield* swap
      yield* swap
      assert.strictEqual((yield* room(code)).driver, "apple")
      yield* TestClock.adjust("4001 millis")
      yield* swap
      assert.strictEqual((yield* room(code)).driver, "lemon")
    }).pipe(Effect.provide(serve()))
  )

  it.effect("a completed room is closed, in the order of refusals that the contract gives", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const stream = yield* watch(`/api/${code}/connect`)
      yield* stream.next(3)
      const status = (body: unknown, headers = {}) => call("PATCH", `/api/pair-room/${code}/status`, { body, headers })
      assert.deepStrictEqual(refusal(yield* status({ status: "IN_PROGRESS" })), [400, "BadRequest"])
      assert.strictEqual((yield* status({ status: "COMPLETED" })).status, 204)
      assert.deepStrictEqual(yield* stream.next(4), ["room", "timer complete", "close", "END "])
      assert.strictEqual((yield* status({ status: "COMPLETED" })).status, 204)
      assert.deepStrictEqual(refusal(yield* status({ status: "COMPLETED" }, { "if-match": '"x"' })), [412, "Stale"])
      for (const press of ["start", "stop", "reset"]) {
        const answer = yield* call("PATCH", `/api/${code}/timer/${press}`, { headers: { "if-match": '"x"' } })
        assert.deepStrictEqual(refusal(answer), [409, "RoomClosed"])
      }
      assert.deepStrictEqual(refusal(yield* call("PATCH", `/api/${code}/timer`, { body: {} })), [400, "BadRequest"])
      const late = yield* watch(`/api/${code}/connect`)
      assert.deepStrictEqual(yield* late.next(6), [
        "connect",
        "room",
        "remaining-time 600000",
        "timer complete",
        "close",
        "END "
      ])
      const { id } = yield* room(code)
      assert.strictEqual((yield* call("GET", `/api/${code}/connect`, { headers: { "last-event-id": id } })).status, 204)
    }).pipe(Effect.provide(serve()))
  )

  it.effect("deleting a room ends its streams, and there is no such room any more", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const stream = yield* watch(`/api/${code}/connect`)
      yield* stream.next(3)
      assert.strictEqual((yield* call("DELETE", `/api/pair-room/${code}`)).status, 204)
      assert.deepStrictEqual(yield* stream.next(2), ["close", "END "])
      for (const path of [`/api/pair-room/${code}`, `/api/${code}/timer`, `/api/${code}/connect`]) {
        assert.deepStrictEqual(refusal(yield* call("GET", path)), [404, "RoomNotFound"])
      }
    }).pipe(Effect.provide(serve()))
  )

  it.effect("take a body that means nothing to them, as long as it is not too large", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const start = (body: string) => call("PATCH", `/api/${code}/timer/start`, { body })
      assert.strictEqual((yield* start("no JSON")).status, 204)
      assert.deepStrictEqual(refusal(yield* start("x".repeat(16_385))), [413, "PayloadTooLarge"])
    }).pipe(Effect.provide(serve()))
  )
})

describe("while the store is away", () => {
  const away = Effect.fail(new StoreUnavailable({ message: "away" }))
  const store = Layer.effect(
    RoomStore,
    Effect.map(SubscriptionRef.make(false), (available) => ({
      create: () => away,
      get: () => away,
      modify: () => away,
      changes: () => Stream.fromEffect(away),
      available,
      now: Effect.succeed(0)
    }))
  )
  const rooms = Rooms.layer.pipe(Layer.provide(store))

  it.effect("commands are refused with the time to try again, and a stream ends at once with one to come back", () =>
    Effect.gen(function* () {
      for (const [method, path] of [
        ["POST", "/api/pair-room"],
        ["GET", "/api/pair-room/AAAAAAAAAAAAA"],
        ["PATCH", "/api/AAAAAAAAAAAAA/timer/start"]
      ] as const) {
        const answer = yield* call(method, path, { body: pair })
        assert.deepStrictEqual(refusal(answer), [503, "StoreUnavailable"])
        assert.strictEqual(answer.headers["retry-after"], "1")
      }
      const stream = yield* call("GET", "/api/AAAAAAAAAAAAA/connect")
      assert.strictEqual(stream.status, 200)
      assert.strictEqual(stream.headers["content-type"], "text/event-stream")
      assert.match(stream.text, /^retry: \d+\n\n$/)
      const tooLarge = yield* call("GET", "/api/AAAAAAAAAAAAA/connect", { body: "x".repeat(16_385) })
      assert.deepStrictEqual(refusal(tooLarge), [413, "PayloadTooLarge"])
    }).pipe(Effect.provide(serve({ drainTimeout: Duration.zero }, rooms)))
  )
})
