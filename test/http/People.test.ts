/** The people of a room, as a client sees them: line by line of the contract. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { call, open, pair, serve, watch } from "./harness.ts"
import { people, refusal, three, view } from "./many.ts"

const names = (code: string) =>
  Effect.map(view(code), ({ people }) => (people as ReadonlyArray<{ name: string }>).map(({ name }) => name))

const person = (name: string) => `/${encodeURIComponent(name)}`

describe("a room of many people", () => {
  it.effect("has them in the order that is given, and the first two drive and navigate", () =>
    Effect.gen(function* () {
      const code = yield* open({ ...three, goal: "  ship it ", missionUrl: "https://x.y" })
      assert.deepInclude(yield* view(code), {
        driver: "ann",
        navigator: "bo",
        people: [
          { name: "ann", away: false },
          { name: "bo", away: false },
          { name: "cleo", away: false }
        ],
        here: [],
        goal: "ship it",
        period: "turn",
        periodDuration: 600_000,
        startsAt: null,
        autoStart: null,
        breaks: null,
        breakIn: null,
        acknowledgedAt: null,
        lastChange: { kind: "create", by: null, at: 0, undoUntil: null }
      })
    }).pipe(Effect.provide(serve()))
  )

  it.effect("has nobody whose name looks like that of another one", () =>
    Effect.gen(function* () {
      const code = yield* open(three)
      const patch = (path: string, body: object) => call("PATCH", `/api/pair-room/${code}/people${path}`, { body })
      assert.strictEqual(
        (yield* call("POST", `/api/pair-room/${code}/people`, { body: { name: "b\u2060o" } })).status,
        204
      )
      assert.deepStrictEqual(refusal(yield* patch(person("cleo"), { name: "bo\ufe0f" })), [409, "NameTaken"])
      assert.deepStrictEqual(refusal(yield* patch("", { order: ["ann", "bo", "b\u200do"] })), [400, "BadRequest"])
      assert.deepStrictEqual(yield* names(code), ["ann", "bo", "cleo"])
      assert.strictEqual((yield* patch("", { order: ["cleo", "b\u200do", "ann"] })).status, 204)
      assert.strictEqual((yield* patch(person("b\u00ado"), { name: "b\u200do" })).status, 204)
      assert.deepStrictEqual(yield* names(code), ["cleo", "b\u200do", "ann"])
      assert.strictEqual((yield* call("DELETE", `/api/pair-room/${code}/people${person("bo")}`)).status, 204)
      assert.deepStrictEqual(yield* names(code), ["cleo", "ann"])
    }).pipe(Effect.provide(serve()))
  )

  it.effect("is refused where the people do not fit, with the field's name", () =>
    Effect.gen(function* () {
      const cases: ReadonlyArray<readonly [object, string]> = [
        [{ people: ["ann"] }, "people: "],
        [{ people: ["ann", " ann "] }, "people: "],
        [{ people: Array.from({ length: 21 }, (_, index) => `p${index}`) }, "people: "],
        [{ people: ["ann", "an\u200dn"] }, "people: "],
        [{ driver: "ann", navigator: "ann\u3164" }, "navigator: "],
        [{ people: ["ann", ".."] }, "people: "],
        [{ people: ["ann", "bo"], driver: "bo" }, "driver: "],
        [{ people: ["ann", "bo"], driver: "ann", navigator: "cleo" }, "navigator: "],
        [{ ...three, autoStart: { after: 600_001 } }, "autoStart: "],
        [{ ...three, breaks: { every: 21, duration: 1_000 } }, "breaks: "],
        [{ ...three, breaks: { every: 1, duration: 999 } }, "breaks: "],
        [{ ...three, goal: "a\nb" }, "goal: "],
        [{ ...three, goal: "x".repeat(141) }, "goal: "]
      ]
      for (const [fields, field] of cases) {
        const body = { timerDuration: 600_000, driver: null, navigator: null, ...fields }
        const answer = yield* call("POST", "/api/pair-room", { body })
        assert.deepStrictEqual(refusal(answer), [400, "BadRequest"], JSON.stringify(fields))
        assert.isTrue(answer.json.message.startsWith(field), answer.json.message)
      }
      const allowed = { ...three, ...pair, driver: "ann", navigator: "bo" }
      assert.strictEqual((yield* call("POST", "/api/pair-room", { body: allowed })).status, 201)
    }).pipe(Effect.provide(serve()))
  )
})

describe("people", () => {
  it.effect("come, are renamed and leave, and everyone sees who has done it", () =>
    Effect.gen(function* () {
      const code = yield* open(three)
      const stream = yield* watch(`/api/${code}/connect`)
      yield* stream.next(3)
      assert.strictEqual((yield* people("POST", code, "?by=bo", { name: " dan " })).status, 204)
      assert.deepStrictEqual(yield* stream.next(1), ["room"])
      assert.deepInclude(yield* view(code), {
        lastChange: { kind: "people", by: "bo", at: 0, undoUntil: 30_000 }
      })
      const before = (yield* view(code)).id
      assert.strictEqual((yield* people("POST", code, "", { name: "dan" })).status, 204)
      assert.strictEqual((yield* view(code)).id, before)
      assert.strictEqual((yield* people("PATCH", code, person("dan"), { name: "한글 이름/%;?" })).status, 204)
      assert.deepStrictEqual(yield* names(code), ["ann", "bo", "cleo", "한글 이름/%;?"])
      assert.strictEqual((yield* people("DELETE", code, person("한글 이름/%;?"))).status, 204)
      assert.deepStrictEqual(yield* names(code), ["ann", "bo", "cleo"])
      assert.strictEqual((yield* call("PATCH", `/api/${code}/undo`)).status, 204)
      assert.deepStrictEqual(yield* names(code), ["ann", "bo", "cleo", "한글 이름/%;?"])
    }).pipe(Effect.provide(serve()))
  )

  it.effect("have another order, and the driver stays the driver", () =>
    Effect.gen(function* () {
      const code = yield* open(three)
      assert.strictEqual((yield* people("PATCH", code, "", { order: ["cleo", "ann", "bo"] })).status, 204)
      assert.deepInclude(yield* view(code), { driver: "ann", navigator: "bo" })
      assert.deepStrictEqual(yield* names(code), ["cleo", "ann", "bo"])
      for (const order of [["ann", "bo"], ["ann", "bo", "bo"], ["ann", "bo", "dan"], [], "ann", null]) {
        const answer = yield* people("PATCH", code, "", { order })
        assert.deepStrictEqual(refusal(answer), [400, "BadRequest"])
        assert.match(answer.json.message, /^order: /)
      }
    }).pipe(Effect.provide(serve()))
  )

  it.effect("are refused in the order of the contract: 404, 400, 409, 412", () =>
    Effect.gen(function* () {
      const code = yield* open(three)
      const old = { "if-match": '"old"' }
      assert.deepStrictEqual(refusal(yield* people("POST", "NOBODY", "?by=", { name: "" })), [404, "RoomNotFound"])
      assert.deepStrictEqual(refusal(yield* people("PATCH", code, "/dan", { name: "" }, old)), [404, "PersonNotFound"])
      assert.deepStrictEqual(refusal(yield* people("DELETE", code, "/dan", undefined, old)), [404, "PersonNotFound"])
      assert.deepStrictEqual(refusal(yield* people("PATCH", code, "/ann", { name: "bo" }, old)), [409, "NameTaken"])
      assert.deepStrictEqual(refusal(yield* people("PATCH", code, "/ann", { away: 1 }, old)), [400, "BadRequest"])
      assert.deepStrictEqual(refusal(yield* people("PATCH", code, "/ann", {}, old)), [412, "Stale"])
      assert.strictEqual((yield* people("PATCH", code, "/ann", {})).status, 204)
      assert.deepStrictEqual(refusal(yield* people("DELETE", code, "/ann/")), [404, "NotFound"])
      yield* people("DELETE", code, "/cleo")
      assert.deepStrictEqual(refusal(yield* people("DELETE", code, "/ann", undefined, old)), [409, "TooFewPeople"])
      for (let index = 0; index < 18; index++) yield* people("POST", code, "", { name: `p${index}` })
      assert.deepStrictEqual(refusal(yield* people("POST", code, "", { name: "one more" }, old)), [409, "RoomFull"])
      assert.deepStrictEqual(refusal(yield* people("POST", code, "", { name: "ann" }, old)), [412, "Stale"])
      yield* call("PATCH", `/api/pair-room/${code}/status`, { body: { status: "COMPLETED" } })
      assert.deepStrictEqual(refusal(yield* people("PATCH", code, "", { order: [] }, old)), [400, "BadRequest"])
      assert.deepStrictEqual(refusal(yield* people("POST", code, "", { name: "x" }, old)), [409, "RoomClosed"])
    }).pipe(Effect.provide(serve()))
  )

  it.effect("`by` is a name, and what is wrong with it is said", () =>
    Effect.gen(function* () {
      const code = yield* open(three)
      for (const by of ["", "..", "x".repeat(21), "a%0Ab"]) {
        const answer = yield* call("PATCH", `/api/${code}/timer/start?by=${by}`)
        assert.deepStrictEqual(refusal(answer), [400, "BadRequest"], by)
        assert.match(answer.json.message, /^by: .*1 to 20 characters.*, got "/, answer.json.message)
        assert.strictEqual(answer.json.message.split("1 to 20 characters").length, 2, "it is said once")
      }
      const twice = yield* call("PATCH", `/api/${code}/timer/start?by=ann&by=bo`)
      assert.deepStrictEqual(refusal(twice), [400, "BadRequest"])
      assert.match(twice.json.message, /^by: .*once: 1 to 20 characters.*, got \["ann","bo"\]$/)
      assert.deepStrictEqual(refusal(yield* call("PATCH", "/api/NOBODY/timer/start?by=")), [404, "RoomNotFound"])
      assert.deepInclude(yield* view(code), { running: false })
      yield* call("PATCH", `/api/${code}/timer/start?by=%20anyone%20`)
      assert.strictEqual((yield* view(code)).lastChange.by, "anyone")
    }).pipe(Effect.provide(serve()))
  )
})

describe("the settings of a room", () => {
  it.effect("change as far as they are given; null takes away, and nothing changes nothing", () =>
    Effect.gen(function* () {
      const code = yield* open({ ...three, goal: "one", missionUrl: "https://x.y" })
      const settings = (body: object) => call("PATCH", `/api/pair-room/${code}`, { body })
      const all = { goal: "two", autoStart: { after: 0 }, breaks: { every: 2, duration: 1_000 } }
      assert.strictEqual((yield* settings(all)).status, 204)
      assert.deepInclude(yield* view(code), { ...all, missionUrl: "https://x.y", breakIn: 2 })
      const { id } = yield* view(code)
      for (const same of [{}, all, { goal: "two" }]) yield* settings(same)
      assert.strictEqual((yield* view(code)).id, id)
      yield* settings({ goal: null, missionUrl: null, autoStart: null, breaks: null })
      assert.deepInclude(yield* view(code), { goal: "", missionUrl: "", autoStart: null, breaks: null, breakIn: null })
    }).pipe(Effect.provide(serve()))
  )
})

describe("who is here", () => {
  it.effect("is named once, sorted, as long as connected under the name, and is no part of what `id` names", () =>
    Effect.gen(function* () {
      const code = yield* open(three)
      const here = Effect.map(view(code), (room) => room.here)
      const { id } = yield* view(code)
      const cleo = yield* watch(`/api/${code}/connect?name=cleo`)
      yield* cleo.next(3)
      yield* (yield* watch(`/api/${code}/connect?name=ann`)).next(3)
      yield* (yield* watch(`/api/${code}/connect?name=%20ann`)).next(3)
      yield* (yield* watch(`/api/${code}/connect?name=stranger`)).next(3)
      yield* (yield* watch(`/api/${code}/connect?name=a&name=b`)).next(3)
      assert.deepStrictEqual(yield* here, ["ann", "cleo"])
      assert.deepInclude(yield* view(code), { connections: 5, id })
      yield* people("PATCH", code, "/ann", { name: "anna" })
      assert.deepStrictEqual(yield* here, ["cleo"])
      cleo.leave()
      let left: ReadonlyArray<string> = ["cleo"]
      while (left.length > 0) left = yield* here
      assert.deepStrictEqual(left, [])
    }).pipe(Effect.provide(serve()))
  )
})

describe("twenty people who change the room at once", () => {
  it.effect("lose nobody and double nobody, and are refused only as the contract says", () =>
    Effect.gen(function* () {
      const code = yield* open(three)
      const work = (index: number) =>
        Effect.gen(function* () {
          const headers: Record<string, string> = index % 2 === 0 ? { "if-match": `"${(yield* view(code)).id}"` } : {}
          return [
            yield* people("POST", code, "", { name: `p${index}` }, headers),
            yield* people("PATCH", code, `/p${index}`, { name: `q${index}` }, headers),
            yield* people("PATCH", code, "", { order: yield* names(code) }, headers),
            yield* people("DELETE", code, `/${index % 3 === 0 ? "q" : "p"}${index}`, undefined, headers)
          ]
        })
      const answers = yield* Effect.forEach(Array.from({ length: 20 }).keys(), work, { concurrency: "unbounded" })
      const allowed = new Set([
        "204",
        "400 BadRequest",
        "404 PersonNotFound",
        "409 RoomFull",
        "409 NameTaken",
        "412 Stale"
      ])
      for (const answer of answers.flat()) {
        const told = answer.status === 204 ? "204" : refusal(answer).join(" ")
        assert.isTrue(allowed.has(told), told)
      }
      const present = yield* names(code)
      assert.strictEqual(new Set(present).size, present.length)
      assert.includeMembers([...present], ["ann", "bo", "cleo"])
      const expected = answers
        .map(([added, renamed, , left], index) => ({ added, index, left, renamed }))
        .filter(({ added, left }) => added?.status === 204 && left?.status !== 204)
        .map(({ index, renamed }) => (renamed?.status === 204 ? `q${index}` : `p${index}`))
      assert.sameMembers([...present], ["ann", "bo", "cleo", ...expected])
    }).pipe(Effect.provide(serve()))
  )
})
