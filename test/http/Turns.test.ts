/** Turns and breaks, as a client sees them: line by line of the contract. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { type Answer, brief, call, open, serve, watch } from "./harness.ts"

const MINUTE = 60_000

const people = { people: ["ann", "bo", "cleo"], driver: null, navigator: null }

const view = (code: string) => Effect.map(call("GET", `/api/pair-room/${code}`), ({ json }) => json)

const patch = (path: string, body?: unknown) => call("PATCH", `/api/${path}`, body === undefined ? {} : { body })

const refusal = ({ json, status }: Answer) => [status, json._tag]

/** Opens a room of three, and watches it. `press` sends a command, and gives the events of it. */
const room = Effect.fn(function* (fields: object = {}) {
  const code = yield* open({ ...people, ...fields })
  const { take } = yield* watch(`/api/${code}/connect?ticks=off`)
  /** Waits for so many events, heartbeats not counted. */
  const next = Effect.fnUntraced(function* (count: number) {
    const events: Array<string> = []
    while (events.length < count) {
      for (const event of yield* take(1)) if (event.event !== "heartbeat") events.push(brief(event))
    }
    return events
  })
  const stream = { next }
  yield* next(3)
  const press = Effect.fnUntraced(function* (path: string, count: number, body?: unknown) {
    const answer = yield* patch(path.replace("CODE", code), body)
    assert.strictEqual(answer.status, 204, answer.text)
    return yield* stream.next(count)
  })
  return { code, press, stream, view: view(code) }
})

describe("a hand-over", () => {
  it.effect("gives the next one a full turn, and a running timer runs on", () =>
    Effect.gen(function* () {
      const { code, press, view } = yield* room()
      yield* press("CODE/timer/start", 2)
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* press("CODE/timer/next?by=bo", 3), [
        "room",
        "remaining-time 600000",
        "timer update"
      ])
      assert.deepInclude(yield* view, {
        driver: "bo",
        navigator: "cleo",
        turn: 2,
        running: true,
        endsAt: 11 * MINUTE,
        lastChange: { kind: "next", by: "bo", at: MINUTE, undoUntil: MINUTE + 30_000 }
      })
      const { turns } = (yield* call("GET", `/api/pair-room/${code}/turns`)).json
      assert.deepStrictEqual(turns, [
        { turn: 1, driver: "ann", navigator: "bo", startedAt: 0, endedAt: MINUTE, drove: MINUTE, ended: "next" }
      ])
    }).pipe(Effect.provide(serve()))
  )

  it.effect("before a turn has run names the next one, and leaves the time and the turn", () =>
    Effect.gen(function* () {
      const { press, view } = yield* room({ timerRemainingTime: 5_000 })
      yield* press("CODE/timer/next", 3)
      assert.deepInclude(yield* view, { driver: "bo", turn: 1, remainingTime: 5_000, running: false })
    }).pipe(Effect.provide(serve()))
  )
})

describe("more time", () => {
  it.effect("lengthens the present period, running or not, and leaves the length of turns", () =>
    Effect.gen(function* () {
      const { press, view } = yield* room()
      assert.deepStrictEqual(yield* press("CODE/timer/extend", 3, { time: MINUTE }), [
        "room",
        "remaining-time 660000",
        "timer update"
      ])
      yield* press("CODE/timer/start", 2)
      yield* press("CODE/timer/extend", 3, { time: MINUTE })
      assert.deepInclude(yield* view, { duration: 10 * MINUTE, periodDuration: 12 * MINUTE, endsAt: 12 * MINUTE })
      yield* press("CODE/timer/reset", 3)
      assert.deepInclude(yield* view, { periodDuration: 10 * MINUTE, remainingTime: 10 * MINUTE })
    }).pipe(Effect.provide(serve()))
  )

  it.effect("after a finish takes it back, also when it was acknowledged: the same driver drives on", () =>
    Effect.gen(function* () {
      for (const acknowledged of [false, true]) {
        const { code, press, stream, view } = yield* room({ breaks: { every: 5, duration: MINUTE } })
        yield* press("CODE/timer/start", 2)
        yield* TestClock.adjust("10 minutes")
        assert.deepStrictEqual(yield* stream.next(3), ["remaining-time 0", "room", "timer stop"])
        assert.deepInclude(yield* view, { driver: "bo", turn: 2, breakIn: 4 })
        if (acknowledged) assert.deepStrictEqual(yield* press("CODE/timer/ack", 1), ["room"])
        assert.deepStrictEqual(yield* press("CODE/timer/extend", 3, { time: 2 * MINUTE }), [
          "room",
          "remaining-time 120000",
          "timer start"
        ])
        assert.deepInclude(yield* view, {
          driver: "ann",
          turn: 1,
          breakIn: 5,
          finishedAt: null,
          periodDuration: 12 * MINUTE,
          remainingTime: 2 * MINUTE,
          running: true
        })
        assert.deepStrictEqual((yield* call("GET", `/api/pair-room/${code}/turns`)).json.turns, [])
        yield* TestClock.adjust("2 minutes")
        const [, turn] = [yield* stream.next(3), (yield* call("GET", `/api/pair-room/${code}/turns`)).json.turns[0]]
        assert.deepInclude(turn, { driver: "ann", drove: 12 * MINUTE, ended: "finish" })
      }
    }).pipe(Effect.provide(serve()))
  )

  it.effect("has its bounds", () =>
    Effect.gen(function* () {
      const { code } = yield* room()
      for (const time of [999, 3_600_001, 1.5, "1000", null]) {
        const answer = yield* patch(`${code}/timer/extend`, { time })
        assert.deepStrictEqual(refusal(answer), [400, "BadRequest"])
        assert.match(answer.json.message, /^time: .*1000.*3600000/)
      }
      yield* patch(`${code}/timer`, { duration: 86_400_000 })
      yield* call("PATCH", `/api/pair-room/${code}/status`, { body: { status: "COMPLETED" } })
      const tooLong = yield* patch(`${code}/timer/extend`, { time: 1_000 })
      assert.deepStrictEqual(refusal(tooLong), [400, "BadRequest"])
      assert.match(tooLong.json.message, /^time: .*86400000/)
    }).pipe(Effect.provide(serve()))
  )
})

describe("breaks", () => {
  it.effect("follow after so many turns, with the next driver named already, and a full turn follows them", () =>
    Effect.gen(function* () {
      const { press, stream, view } = yield* room({
        timerDuration: MINUTE,
        breaks: { every: 2, duration: 30_000 }
      })
      yield* press("CODE/timer/start", 2)
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* stream.next(3), ["remaining-time 0", "room", "timer stop"])
      assert.deepInclude(yield* view, { breakIn: 1, period: "turn" })
      yield* press("CODE/timer/start", 2)
      yield* TestClock.adjust("1 minute")
      // Old clients show the length of a turn after a finish, so they are told of another one.
      assert.deepStrictEqual(yield* stream.next(4), ["remaining-time 0", "room", "timer stop", "remaining-time 30000"])
      assert.deepInclude(yield* view, {
        period: "break",
        periodDuration: 30_000,
        remainingTime: 30_000,
        running: false,
        driver: "cleo",
        turn: 3,
        breakIn: 2,
        finishedAt: 2 * MINUTE
      })
      yield* press("CODE/timer/start", 2)
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual(yield* stream.next(3), ["remaining-time 0", "room", "timer stop"])
      assert.deepInclude(yield* view, {
        period: "turn",
        periodDuration: MINUTE,
        driver: "cleo",
        turn: 3,
        finishedAt: 150_000
      })
      // A swap within 5 s after the finish of a break is ignored, too.
      yield* patch(`pair-room/${(yield* view).accessCode}/pair-swap`)
      assert.strictEqual((yield* view).driver, "cleo")
    }).pipe(Effect.provide(serve()))
  )

  it.effect("in the middle of a turn let it wait, and it comes back with what was left", () =>
    Effect.gen(function* () {
      const { press, stream, view } = yield* room()
      yield* press("CODE/timer/start", 2)
      yield* TestClock.adjust("4 minutes")
      assert.deepStrictEqual(yield* press("CODE/timer/break", 3, { duration: MINUTE }), [
        "room",
        "remaining-time 60000",
        "timer start"
      ])
      assert.deepInclude(yield* view, { period: "break", running: true, driver: "ann", turn: 1 })
      // A new length of turns leaves the break alone, and its remaining time is not used.
      yield* press("CODE/timer", 3, { duration: 5 * MINUTE, remainingTime: 1_000 })
      assert.deepInclude(yield* view, { periodDuration: MINUTE, remainingTime: MINUTE, duration: 5 * MINUTE })
      // Begun anew, the turn waits on.
      yield* press("CODE/timer/break", 3, {})
      assert.deepInclude(yield* view, { periodDuration: 5 * MINUTE })
      yield* TestClock.adjust("5 minutes")
      assert.deepStrictEqual(yield* stream.next(4), ["remaining-time 0", "room", "timer stop", "remaining-time 360000"])
      assert.deepInclude(yield* view, {
        period: "turn",
        remainingTime: 6 * MINUTE,
        periodDuration: 10 * MINUTE,
        running: false,
        turn: 1,
        driver: "ann"
      })
    }).pipe(Effect.provide(serve()))
  )

  it.effect("end by a hand-over, without a finish, running where they ran; a reset gives their length", () =>
    Effect.gen(function* () {
      const { press, view } = yield* room({ breaks: { every: 3, duration: 2 * MINUTE } })
      yield* press("CODE/timer/break", 3)
      yield* press("CODE/timer/extend", 3, { time: MINUTE })
      assert.deepStrictEqual(yield* press("CODE/timer/reset", 3), ["room", "remaining-time 120000", "timer pause"])
      assert.deepInclude(yield* view, { period: "break", periodDuration: 2 * MINUTE, running: false })
      yield* press("CODE/timer/start", 2)
      yield* press("CODE/timer/next", 3)
      assert.deepInclude(yield* view, {
        period: "turn",
        running: true,
        driver: "ann",
        turn: 1,
        finishedAt: null,
        remainingTime: 10 * MINUTE
      })
    }).pipe(Effect.provide(serve()))
  )

  /** How long nothing ran, and in how many turns a break follows after that. */
  const idleTimes = [
    ["1799999 millis", 1],
    ["30 minutes", 2]
  ] as const

  it.effect("are counted anew after 30 minutes in which nothing ran", () =>
    Effect.gen(function* () {
      const code = yield* open({ ...people, timerDuration: MINUTE, breaks: { every: 2, duration: MINUTE } })
      for (const [idle, breakIn] of idleTimes) {
        yield* call("PATCH", `/api/pair-room/${code}`, { body: { breaks: { every: 3, duration: MINUTE } } })
        yield* call("PATCH", `/api/pair-room/${code}`, { body: { breaks: { every: 2, duration: MINUTE } } })
        yield* patch(`${code}/timer/start`)
        yield* TestClock.adjust("1 minute")
        assert.strictEqual((yield* view(code)).breakIn, 1)
        yield* TestClock.adjust(idle)
        yield* patch(`${code}/timer/start`)
        assert.strictEqual((yield* view(code)).breakIn, breakIn)
        yield* patch(`${code}/timer/next`)
        yield* patch(`${code}/timer/reset`)
      }
    }).pipe(Effect.provide(serve()))
  )

  it.effect("are counted anew by a turn of `mob` after 30 minutes in which nothing ran", () =>
    Effect.gen(function* () {
      for (const [idle, breakIn] of idleTimes) {
        const code = yield* open({ ...people, timerDuration: MINUTE, breaks: { every: 2, duration: MINUTE } })
        yield* patch(`${code}/timer/start`)
        yield* TestClock.adjust("30 seconds")
        yield* patch(`${code}/timer/stop`)
        yield* TestClock.adjust(idle)
        assert.strictEqual((yield* call("PUT", `/room/${code}`, { body: { timer: 1, user: "bo" } })).status, 202)
        assert.deepInclude(yield* view(code), { driver: "bo", breakIn })
      }
    }).pipe(Effect.provide(serve()))
  )
})

describe("turns that start by themselves", () => {
  it.effect("do so after the time that is set, and everyone sees what a start shows", () =>
    Effect.gen(function* () {
      const { press, stream, view } = yield* room({ timerDuration: MINUTE, autoStart: { after: 5_000 } })
      yield* press("CODE/timer/start", 2)
      yield* TestClock.adjust("1 minute")
      yield* stream.next(3)
      assert.deepInclude(yield* view, { startsAt: 65_000, running: false })
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(yield* stream.next(2), ["room", "timer start"])
      assert.deepInclude(yield* view, {
        running: true,
        startsAt: null,
        endsAt: 125_000,
        acknowledgedAt: 65_000,
        lastChange: { kind: "start", by: null, at: 65_000, undoUntil: null }
      })
    }).pipe(Effect.provide(serve()))
  )

  it.effect("with no wait are a finish and a start in two frames, in one room that nobody watches too", () =>
    Effect.gen(function* () {
      const { press, stream } = yield* room({ timerDuration: MINUTE, autoStart: { after: 0 } })
      yield* press("CODE/timer/start", 2)
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* stream.next(5), ["remaining-time 0", "room", "timer stop", "room", "timer start"])
      const alone = yield* open({ ...people, timerDuration: MINUTE, autoStart: { after: 0 } })
      yield* patch(`${alone}/timer/start`)
      yield* TestClock.adjust("3 hours")
      assert.deepInclude(yield* view(alone), { turn: 181, running: true, driver: "ann" })
      yield* TestClock.adjust("90 minutes")
      // The one that was pressed, and 240 by themselves.
      assert.deepInclude(yield* view(alone), { turn: 242, running: false, startsAt: null })
    }).pipe(Effect.provide(serve()))
  )

  it.effect("wait after a stop, and start at once by a start", () =>
    Effect.gen(function* () {
      const { code, press, stream, view } = yield* room({ timerDuration: MINUTE, autoStart: { after: 5_000 } })
      yield* press("CODE/timer/start", 2)
      yield* TestClock.adjust("1 minute")
      yield* stream.next(3)
      assert.deepStrictEqual(yield* press("CODE/timer/stop", 2), ["room", "timer pause"])
      assert.strictEqual((yield* view).startsAt, null)
      yield* press("CODE/timer/start", 2)
      yield* TestClock.adjust("1 minute")
      yield* stream.next(3)
      yield* press(`pair-room/CODE`, 1, { autoStart: null })
      assert.deepInclude(yield* view, { startsAt: null, autoStart: null })
      assert.strictEqual((yield* patch(`${code}/timer/stop`)).status, 204)
      assert.deepStrictEqual(yield* press("CODE/timer/start", 2), ["room", "timer start"])
    }).pipe(Effect.provide(serve()))
  )
})

describe("an acknowledgement", () => {
  it.effect("ends the alarm for those who come back, and there may be nothing to acknowledge", () =>
    Effect.gen(function* () {
      const { code, press, stream, view } = yield* room({ timerDuration: MINUTE })
      assert.strictEqual((yield* patch(`${code}/timer/ack`)).status, 204)
      yield* press("CODE/timer/start", 2)
      yield* TestClock.adjust("1 minute")
      yield* stream.next(3)
      assert.strictEqual((yield* view).acknowledgedAt, null)
      const missed = yield* watch(`/api/${code}/connect`, { "last-event-id": "old" })
      assert.deepStrictEqual(yield* missed.next(5), [
        "connect",
        "room",
        "remaining-time 60000",
        "timer stop",
        "timer pause"
      ])
      yield* stream.next(1)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* press("CODE/timer/ack?by=cleo", 1), ["room"])
      assert.deepInclude(yield* view, {
        acknowledgedAt: MINUTE + 1_000,
        lastChange: { kind: "ack", by: "cleo", at: MINUTE + 1_000, undoUntil: null }
      })
      const late = yield* watch(`/api/${code}/connect`, { "last-event-id": "old" })
      assert.deepStrictEqual(yield* late.next(4), ["connect", "room", "remaining-time 60000", "timer pause"])
    }).pipe(Effect.provide(serve()))
  )
})

describe("an undo", () => {
  it.effect("gives back what was, the deadline included, for 30 s", () =>
    Effect.gen(function* () {
      const { code, press, view } = yield* room()
      yield* press("CODE/timer/start", 2)
      yield* TestClock.adjust("1 minute")
      yield* press("CODE/timer/reset?by=bo", 3)
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual(yield* press("CODE/undo?by=ann", 3), ["room", "remaining-time 510000", "timer start"])
      assert.deepInclude(yield* view, {
        running: true,
        endsAt: 10 * MINUTE,
        lastChange: { kind: "undo", by: "ann", at: 90_000, undoUntil: null }
      })
      const again = yield* patch(`${code}/undo`)
      assert.deepStrictEqual(refusal(again), [409, "NothingToUndo"])
      yield* press("CODE/timer/next", 3)
      yield* TestClock.adjust("30001 millis")
      assert.deepStrictEqual(refusal(yield* patch(`${code}/undo`)), [409, "NothingToUndo"])
    }).pipe(Effect.provide(serve()))
  )

  it.effect("of something after whose deadline it comes makes the finish at once", () =>
    Effect.gen(function* () {
      const { press, stream, view } = yield* room({ timerDuration: 5_000 })
      yield* press("CODE/timer/start", 2)
      yield* TestClock.adjust("4 seconds")
      yield* press("CODE/timer/reset", 3)
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(yield* press("CODE/undo", 3), ["room", "remaining-time 1", "timer start"])
      assert.deepStrictEqual(yield* stream.next(3), ["remaining-time 0", "room", "timer stop"])
      const { accessCode, ...now } = yield* view
      assert.deepInclude(now, { turn: 2, finishedAt: 14_000, driver: "bo" })
      const { turns } = (yield* call("GET", `/api/pair-room/${accessCode}/turns`)).json
      assert.deepInclude(turns[0], { drove: 5_000, ended: "finish", endedAt: 14_000 })
    }).pipe(Effect.provide(serve()))
  )

  it.effect("opens a completed room again, and a completed room has nothing else to undo", () =>
    Effect.gen(function* () {
      const { code, view } = yield* room()
      yield* call("PATCH", `/api/pair-room/${code}/status`, { body: { status: "COMPLETED" } })
      assert.deepInclude(yield* view, { status: "COMPLETED", breakIn: null })
      assert.strictEqual((yield* patch(`${code}/undo`)).status, 204)
      assert.deepInclude(yield* view, { status: "IN_PROGRESS" })
      const stream = yield* watch(`/api/${code}/connect`)
      assert.deepStrictEqual(yield* stream.next(3), ["connect", "room", "remaining-time 600000"])
      yield* call("PATCH", `/api/pair-room/${code}/status`, { body: { status: "COMPLETED" } })
      yield* TestClock.adjust("31 seconds")
      assert.deepStrictEqual(refusal(yield* patch(`${code}/undo`)), [409, "NothingToUndo"])
    }).pipe(Effect.provide(serve()))
  )
})

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
