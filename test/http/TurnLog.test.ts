/** The log of turns, as a client gets it. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { call, open, serve } from "./harness.ts"
import { MINUTE, patch, refusal } from "./many.ts"

describe("the log of turns", () => {
  it.effect("is given as JSON and as CSV, and in no other form", () =>
    Effect.gen(function* () {
      const code = yield* open({ people: ['=1,"x"', "bo"], driver: null, navigator: null, timerDuration: MINUTE })
      yield* patch(`${code}/timer/start`)
      yield* TestClock.adjust("1 minute")
      const path = `/api/pair-room/${code}/turns`
      assert.deepStrictEqual((yield* call("GET", path)).json.totals, [
        { name: '=1,"x"', turns: 1, drove: MINUTE },
        { name: "bo", turns: 0, drove: 0 }
      ])
      const csv = yield* call("GET", `${path}?format=csv`)
      assert.match(String(csv.headers["content-type"]), /^text\/csv/)
      assert.strictEqual(csv.headers["cache-control"], "no-store")
      assert.strictEqual(
        csv.text,
        'turn,driver,navigator,startedAt,endedAt,drove,ended\r\n1,"\'=1,""x""",bo,0,60000,60000,finish\r\n'
      )
      const other = yield* call("GET", `${path}?format=xml`)
      assert.deepStrictEqual(refusal(other), [400, "BadRequest"])
      assert.match(other.json.message, /^format: .*csv.*"xml"/)
      assert.deepStrictEqual(refusal(yield* call("GET", "/api/pair-room/NOBODY/turns?format=xml")), [
        404,
        "RoomNotFound"
      ])
    }).pipe(Effect.provide(serve()))
  )
})
