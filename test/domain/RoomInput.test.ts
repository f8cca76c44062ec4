import { assert, describe, it, vi } from "@effect/vitest"
import { Effect } from "effect"
import { decode } from "../../src/domain/BadInput.ts"
import { Completion, NewRoom, TimerSetting } from "../../src/domain/RoomInput.ts"

const body = { driver: "lemon", navigator: "apple", timerDuration: 600_000 }

const newRoom = (fields: object) => decode(NewRoom)({ ...body, ...fields })
const setting = decode(TimerSetting)
const completion = decode(Completion)

const refusal = <A, E extends { readonly message: string }>(decoded: Effect.Effect<A, E>) =>
  Effect.map(Effect.flip(decoded), ({ message }) => message)

/** A refusal names the field first, the value last, and says in between what is allowed. */
const refuses = <A, E extends { readonly message: string }>(
  decoded: Effect.Effect<A, E>,
  field: string,
  allowed: string,
  value: string
) =>
  Effect.map(refusal(decoded), (message) => {
    assert.isTrue(message.startsWith(`${field}: `), message)
    assert.isTrue(message.endsWith(`, got ${value}`), message)
    assert.include(message.slice(field.length, -value.length), allowed)
  })

const NAME = "1 to 20 characters, not blank"
const DURATION = "a whole number of milliseconds from 1000 to 86400000"
const REMAINING = "a whole number of milliseconds from 1 to the duration; the duration if 0, null or left out"
const URL =
  "an http or https URL of at most 2048 characters, without control and bidirectional control characters, or empty"

describe("NewRoom", () => {
  it.effect("takes what is needed, and what may be left out", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* newRoom({}), body)
      const all = { timerRemainingTime: 1, missionUrl: "https://example.org/a?b#c" }
      assert.deepStrictEqual(yield* newRoom(all), { ...body, ...all })
    })
  )

  it.effect("takes an address of a mission of 2,048 characters, and no longer one", () =>
    Effect.gen(function* () {
      const missionUrl = `http://x/${"a".repeat(2_039)}`
      assert.strictEqual((yield* newRoom({ missionUrl })).missionUrl, missionUrl)
      yield* refuses(newRoom({ missionUrl: `${missionUrl}a` }), "missionUrl", URL, `"http://x/${"a".repeat(50)}…`)
    })
  )

  it.effect("says once that a number is to be whole, and shows one that JSON has no text for", () =>
    Effect.gen(function* () {
      const told = (timerDuration: number) => refusal(newRoom({ timerDuration }))
      assert.strictEqual(yield* told(1_000.5), `timerDuration: expected ${DURATION}, got 1000.5`)
      assert.strictEqual(yield* told(Infinity), `timerDuration: expected ${DURATION}, got Infinity`)
      assert.match(yield* refusal(newRoom({ autoStart: { after: Infinity } })), /got \{"after":"Infinity"\}$/)
    })
  )

  it.effect("brings names to one form, so that two that look alike are equal", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* newRoom({ driver: " Zoe\u0308 " })).driver, "Zo\u00eb")
      const message = yield* refusal(newRoom({ driver: "Zo\u00eb", navigator: "Zoe\u0308" }))
      assert.include(message, "navigator: expected another name than the driver's")
    })
  )

  it.effect("takes no control characters in the mission's address, nor any that turn round the text beside it", () =>
    Effect.gen(function* () {
      const harmful = [..."\u202e\u2066\u200f\u061c\u2028\u2029\ud800"].map((character) => `http://x/${character}y`)
      for (const missionUrl of ["\u0001http://x", "http://a\nb", "http://x/\u0085", ...harmful]) {
        yield* refuses(newRoom({ missionUrl }), "missionUrl", URL, JSON.stringify(missionUrl.trim()))
      }
    })
  )

  it.effect("reads no names of a list that is too long", () =>
    Effect.gen(function* () {
      const normalize = vi.spyOn(String.prototype, "normalize")
      const people = Array.from({ length: 3_900 }, (_, index) => `n${index}`)
      const message = yield* refusal(newRoom({ driver: null, navigator: null, people }))
      const read = normalize.mock.calls.length
      normalize.mockRestore()
      assert.strictEqual(read, 0)
      assert.match(message, /^people: expected 2 to 20 different names, in the order in which they drive, got \["n0",/)
    })
  )

  it.effect("says in one form what is allowed, and only once", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(
        [
          yield* refusal(newRoom({ timerDuration: undefined })),
          yield* refusal(newRoom({ timerDuration: "x" })),
          yield* refusal(newRoom({ timerDuration: 10 })),
          yield* refusal(newRoom({ driver: "" })),
          yield* refusal(newRoom({ goal: 5 })),
          yield* refusal(newRoom({ breaks: { every: 0, duration: 1_000 } })),
          yield* refusal(completion({ status: "STOPPED" })),
          yield* refusal(completion({}))
        ],
        [
          `timerDuration: expected ${DURATION}, got nothing`,
          `timerDuration: expected ${DURATION}, got "x"`,
          `timerDuration: expected ${DURATION}, got 10`,
          'driver: expected 1 to 20 characters, not blank, without control and bidirectional control characters, got ""',
          "goal: expected one line of at most 140 characters, without control and bidirectional control characters, got 5",
          'breaks: expected {every, duration}: after 1 to 20 turns, for 1000 to 86400000 milliseconds, or null, got {"every":0,"duration":1000}',
          'status: expected "COMPLETED", the only status that can be asked for, got "STOPPED"',
          'status: expected "COMPLETED", the only status that can be asked for, got nothing'
        ]
      )
    })
  )

  it.effect("ignores other fields", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* newRoom({ pairId: null, other: [1], id: "forged" }), body)
    })
  )

  it.effect("null counts as left out", () =>
    Effect.gen(function* () {
      const room = yield* newRoom({ timerRemainingTime: null, missionUrl: null })
      assert.deepStrictEqual(
        [room.timerRemainingTime ?? undefined, room.missionUrl ?? undefined],
        [undefined, undefined]
      )
      yield* refuses(newRoom({ driver: null }), "driver", NAME, "null")
      yield* refuses(newRoom({ timerDuration: null }), "timerDuration", DURATION, "null")
    })
  )

  it.effect("names what is missing", () =>
    Effect.gen(function* () {
      yield* refuses(newRoom({ driver: undefined }), "driver", NAME, "nothing")
      yield* refuses(decode(NewRoom)({ timerDuration: 1_000 }), "driver", NAME, "nothing")
      yield* refuses(decode(NewRoom)({ driver: "lemon", timerDuration: 1_000 }), "navigator", NAME, "nothing")
      yield* refuses(decode(NewRoom)({ driver: "lemon", navigator: "apple" }), "timerDuration", DURATION, "nothing")
    })
  )

  it.effect("trims the names and the URL", () =>
    Effect.gen(function* () {
      const room = yield* newRoom({ driver: "  lemon\n", navigator: "\tan apple ", missionUrl: " http://a.b/ " })
      assert.deepInclude(room, { driver: "lemon", navigator: "an apple", missionUrl: "http://a.b/" })
      const padded = yield* newRoom({ driver: `  ${"a".repeat(20)}  ` })
      assert.strictEqual(padded.driver, "a".repeat(20))
    })
  )

  it.effect("takes names of 20 characters and refuses 21", () =>
    Effect.gen(function* () {
      for (const letter of ["a", "레", "😀"]) {
        const driver = letter.repeat(20)
        assert.strictEqual((yield* newRoom({ driver })).driver, driver)
        yield* refuses(newRoom({ driver: driver + letter }), "driver", NAME, `"${driver}${letter}"`)
      }
    })
  )

  it.effect("refuses blank and invisible names, and names that are no text", () =>
    Effect.gen(function* () {
      for (const navigator of ["", "   ", "\n", "\u200b", "\u0000", "\u2028", 5, true, ["a"], { a: 1 }]) {
        yield* refuses(newRoom({ navigator }), "navigator", NAME, JSON.stringify(navigator))
      }
    })
  )

  it.effect("refuses names that are equal after trimming", () =>
    Effect.gen(function* () {
      const different = "another name than the driver's"
      yield* refuses(newRoom({ navigator: "lemon" }), "navigator", different, '"lemon"')
      yield* refuses(newRoom({ driver: " apple " }), "navigator", different, '"apple"')
      assert.strictEqual((yield* newRoom({ navigator: "Lemon" })).navigator, "Lemon")
    })
  )

  it.effect("takes durations from 1,000 to 86,400,000", () =>
    Effect.gen(function* () {
      for (const timerDuration of [1_000, 86_400_000]) {
        assert.strictEqual((yield* newRoom({ timerDuration })).timerDuration, timerDuration)
      }
      for (const timerDuration of [999, 86_400_001, 0, -1_000, 1_000.5, "600000", "", "NaN", true, [600_000], {}]) {
        yield* refuses(newRoom({ timerDuration }), "timerDuration", DURATION, JSON.stringify(timerDuration))
      }
    })
  )

  it.effect("names a number that is too large for a number as something else than null", () =>
    Effect.gen(function* () {
      const message = yield* refusal(newRoom(JSON.parse('{"timerDuration":1e999}')))
      assert.isTrue(message.startsWith("timerDuration: "), message)
      assert.notInclude(message, "null")
    })
  )

  it.effect("takes remaining times from 1 to the duration, and 0", () =>
    Effect.gen(function* () {
      for (const timerRemainingTime of [0, 1, 600_000]) {
        assert.strictEqual((yield* newRoom({ timerRemainingTime })).timerRemainingTime, timerRemainingTime)
      }
      for (const timerRemainingTime of [-1, 600_001, 86_400_001, 0.5, "5", false]) {
        const value = JSON.stringify(timerRemainingTime)
        yield* refuses(newRoom({ timerRemainingTime }), "timerRemainingTime", REMAINING, value)
      }
      assert.include(yield* refusal(newRoom({ timerRemainingTime: 600_001 })), "timerDuration, which is 600000")
    })
  )

  it.effect("takes http and https URLs, and none", () =>
    Effect.gen(function* () {
      for (const missionUrl of ["http://a.b", "https://a.b/c", "HTTPS://a.b", "http://127.0.0.1:8080/", ""]) {
        assert.strictEqual((yield* newRoom({ missionUrl })).missionUrl, missionUrl)
      }
      assert.strictEqual((yield* newRoom({ missionUrl: "  " })).missionUrl, "")
      const refused = ["javascript:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "ftp://a.b", "a.b", "//a.b"]
      for (const missionUrl of [...refused, "http:", "http://", 7, {}]) {
        yield* refuses(newRoom({ missionUrl }), "missionUrl", URL, JSON.stringify(missionUrl))
      }
    })
  )
})

describe("TimerSetting", () => {
  it.effect("follows the same ranges", () =>
    Effect.gen(function* () {
      for (const given of [{ duration: 1_000 }, { duration: 86_400_000, remainingTime: 86_400_000 }]) {
        assert.deepStrictEqual(yield* setting(given), given)
      }
      yield* refuses(setting({ duration: 999 }), "duration", DURATION, "999")
      yield* refuses(setting({ remainingTime: 5 }), "duration", DURATION, "nothing")
      yield* refuses(setting({ duration: 1_000, remainingTime: 1.5 }), "remainingTime", REMAINING, "1.5")
      yield* refuses(setting({ duration: 1_000, remainingTime: 1_001 }), "remainingTime", REMAINING, "1001")
      yield* refuses(
        setting({ duration: 1_000, remainingTime: 1_001 }),
        "remainingTime",
        "duration, which is 1000",
        "1001"
      )
    })
  )
})

describe("Completion", () => {
  it.effect("can only be COMPLETED", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* completion({ status: "COMPLETED", other: 1 }), { status: "COMPLETED" })
      for (const status of ["IN_PROGRESS", "completed", "", null, 1]) {
        yield* refuses(completion({ status }), "status", '"COMPLETED"', JSON.stringify(status))
      }
      yield* refuses(completion({}), "status", '"COMPLETED"', "nothing")
    })
  )
})

describe("decode", () => {
  it.effect("refuses a body that is no object, and says which fields one has", () =>
    Effect.gen(function* () {
      for (const body of [[], [{}], null, 5, 0, "text", true, undefined]) {
        assert.strictEqual(
          yield* refusal(decode(NewRoom)(body)),
          "body: expected a JSON object with driver, navigator, timerDuration, timerRemainingTime, missionUrl, people, autoStart, breaks, goal"
        )
        assert.strictEqual(yield* refusal(setting(body)), "body: expected a JSON object with duration, remainingTime")
        assert.strictEqual(yield* refusal(completion(body)), "body: expected a JSON object with status")
      }
    })
  )

  it.effect("takes no field that the body does not have itself", () =>
    refuses(completion(JSON.parse('{"__proto__":{"status":"COMPLETED"}}')), "status", '"COMPLETED"', "nothing")
  )

  it.effect("refuses with the status of a bad request", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* Effect.flip(newRoom({ driver: "" })))._tag, "BadRequest")
    })
  )

  it.effect("cuts short what is long", () =>
    Effect.gen(function* () {
      for (const driver of ["a".repeat(100), "a".repeat(10_000), ["a".repeat(10_000)], { a: "a".repeat(10_000) }]) {
        const message = yield* refusal(newRoom({ driver }))
        assert.isTrue(message.endsWith("a…"), message)
        assert.isBelow(message.length, 200)
      }
    })
  )

  it.effect("cuts no character in two", () =>
    Effect.gen(function* () {
      for (const driver of ["😀".repeat(60), `a${"😀".repeat(60)}`]) {
        const message = yield* refusal(newRoom({ driver }))
        assert.isTrue(message.isWellFormed(), message)
      }
    })
  )

  it.effect("refuses what is nested as deep as a body of 16 KiB can be", () =>
    Effect.gen(function* () {
      const nested = JSON.parse(`${"[".repeat(8_000)}${"]".repeat(8_000)}`)
      assert.match(yield* refusal(newRoom({ driver: nested })), /^driver: /)
      assert.match(yield* refusal(newRoom({ missionUrl: nested })), /^missionUrl: /)
    })
  )
})
