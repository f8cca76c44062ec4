/** The rules of turns, breaks and people, each by an example. */
import { assert, describe, it } from "@effect/vitest"
import type { NewRoom } from "../../src/domain/RoomInput.ts"
import { viewOf } from "../../src/domain/RoomView.ts"
import { type AccessCode, create, type RoomState } from "../../src/domain/RoomState.ts"
import { turnsView } from "../../src/domain/TurnLog.ts"
import { CREATED } from "./arbitraries.ts"
import { type RotaStep, seenAt, walked } from "./rota.ts"

const TURN = 10_000
const HOUR = 3_600_000

const mob = (fields: Partial<NewRoom> = {}): RoomState =>
  create(
    "IAN234" as AccessCode,
    { people: ["ann", "bo", "cleo"], timerDuration: TURN, ...fields },
    { now: CREATED, nonce: "created" }
  )

/** The room as everyone sees it after these steps, with its log. Times are since its creation. */
const after = (room: RoomState, ...steps: ReadonlyArray<RotaStep>) => {
  const place = walked(room, steps).at(-1)!
  const state = seenAt(place)
  const view = viewOf(state, place.now, { connections: 0, names: [] })
  const { totals, turns } = turnsView(state)
  return {
    ...view,
    startsAt: view.startsAt && view.startsAt - CREATED,
    names: view.people.map(({ away, name }) => (away ? `${name} (away)` : name)).join(" "),
    canUndo: view.lastChange.undoUntil !== null,
    log: turns.map(({ driver, drove, ended }) => `${driver} ${ended} ${drove}`),
    drove: Object.fromEntries(totals.map(({ drove, name }) => [name, drove]))
  }
}

const start = { _tag: "Start" } as const
const pause = { _tag: "Pause" } as const
const next = { _tag: "Next" } as const
const swap = { _tag: "Swap" } as const
const ack = { _tag: "Ack" } as const
const undo = { _tag: "Undo" } as const
const complete = { _tag: "Complete" } as const
const wait = (millis: number) => ({ _tag: "Wait", millis }) as const
const finish = wait(TURN)
const extend = (time: number) => ({ _tag: "Extend", time }) as const
const takeBreak = (duration: number) => ({ _tag: "Break", duration }) as const
const update = (duration: number) => ({ _tag: "Update", duration }) as const
const leave = (name: "ann" | "bo" | "cleo") => ({ _tag: "Leave", name }) as const
const away = (name: "ann" | "bo" | "cleo", away = true) => ({ _tag: "Away", name, away }) as const
const breaks = (every: number) => ({ every, duration: 5_000 })

describe("a hand-over", () => {
  it("where nobody else is there gives the same person a full turn, and before a turn has run does nothing", () => {
    const alone = [away("bo"), away("cleo")]
    assert.deepInclude(after(mob(), start, ...alone, wait(1_000), next), {
      driver: "ann",
      turn: 2,
      remainingTime: TURN
    })
    const { lastChange, turn } = after(mob(), ...alone, next)
    assert.deepEqual([lastChange.kind, turn], ["people", 1])
  })

  it("does not begin a break that is due: the next finish does", () => {
    const two = mob({ breaks: breaks(2) })
    assert.deepInclude(after(two, start, next, next), { period: "turn", breakIn: 1, turn: 3 })
    assert.deepInclude(after(two, start, next, next, finish), { period: "break", breakIn: 2, turn: 4 })
  })

  it("from a driver who leaves goes to the next in order where all others are away, and the time stays theirs", () => {
    const { driver, drove, log, names } = after(mob(), start, away("bo"), away("cleo"), wait(4_000), leave("ann"))
    assert.deepEqual([driver, names, log], ["bo", "bo cleo (away)", ["ann away 4000"]])
    assert.deepEqual(drove, { bo: 0, cleo: 0, ann: 4_000 })
  })
})

describe("a swap", () => {
  it("exchanges driver and navigator in the order, and the one who is made driver is there", () => {
    assert.deepInclude(after(mob(), swap), { driver: "bo", navigator: "ann", names: "bo ann cleo" })
    assert.deepInclude(after(mob(), away("bo"), swap), { driver: "cleo", names: "cleo bo (away) ann" })
    assert.deepInclude(after(mob(), away("bo"), away("cleo"), swap), { driver: "bo", names: "bo ann cleo (away)" })
  })
})

describe("more time", () => {
  it("after the finish of a break takes that back, and the break goes on", () => {
    const begun = [start, finish, start, wait(5_000)]
    assert.deepInclude(after(mob({ breaks: breaks(1) }), ...begun), { period: "turn", driver: "bo" })
    const longer = after(mob({ breaks: breaks(1) }), ...begun, ack, extend(3_000))
    assert.deepInclude(longer, { period: "break", periodDuration: 8_000, remainingTime: 3_000, running: true })
    assert.deepInclude(longer, { driver: "bo", turn: 2, finishedAt: CREATED + TURN })
  })

  it("after anything else lengthens the present period, and nothing starts by itself any more", () => {
    const room = mob({ autoStart: { after: 9_000 } })
    assert.deepInclude(after(room, start, finish), { startsAt: TURN + 9_000 })
    for (const step of [swap, away("cleo"), update(TURN)]) {
      const longer = after(room, start, finish, step, extend(1_000))
      assert.deepInclude(longer, { turn: 2, periodDuration: TURN + 1_000, running: false, startsAt: null })
    }
  })
})

describe("a break", () => {
  it("lets a turn wait that has run or is not at its full length, and after any other a full turn follows", () => {
    const broken = [takeBreak(5_000), update(8_000), wait(5_000)]
    assert.deepInclude(after(mob(), ...broken), { period: "turn", remainingTime: 8_000, periodDuration: 8_000 })
    const short = { timerRemainingTime: 2_000 }
    assert.deepInclude(after(mob(short), ...broken), { remainingTime: 2_000, periodDuration: TURN, turn: 1 })
    assert.deepInclude(after(mob(), start, wait(4_000), ...broken), { remainingTime: 6_000, running: false })
  })

  it("gives the turn that waits back by itself where turns do so, and the turn counts once, with its own time", () => {
    const room = mob({ autoStart: { after: 1_000 } })
    const broken = [start, wait(4_000), takeBreak(5_000), wait(5_000)]
    assert.deepInclude(after(room, ...broken), { period: "turn", startsAt: 10_000, running: false })
    assert.deepInclude(after(room, ...broken, wait(1_000)), { running: true, remainingTime: 6_000 })
    assert.deepInclude(after(room, ...broken, wait(7_000)), { log: ["ann finish 10000"], turn: 2 })
  })

  it("has no finish where a hand-over ends it, and counts anew from its beginning, whoever began it", () => {
    const ended = after(mob({ breaks: breaks(2) }), start, finish, takeBreak(5_000), pause, next)
    assert.deepInclude(ended, { period: "turn", driver: "bo", turn: 2, running: false, breakIn: 2 })
    assert.strictEqual(ended.finishedAt, CREATED + TURN)
  })
})

describe("an undo", () => {
  it("is no longer there after a finish, a start by itself, an acknowledgement or a start", () => {
    const room = mob({ autoStart: { after: 1_000 } })
    assert.isTrue(after(room, start, extend(1_000)).canUndo)
    assert.isFalse(after(room, start, extend(1_000), wait(TURN + 1_000)).canUndo)
    assert.isFalse(after(room, start, finish, swap, wait(1_000)).canUndo)
    assert.isFalse(after(room, start, finish, ack).canUndo)
    assert.isFalse(after(room, swap, start).canUndo)
    assert.isFalse(after(room, swap, undo).canUndo)
  })
})

describe("the end of a room", () => {
  it("ends the turn that has run, and the number of the turn stays; an undo takes both back", () => {
    const ended = after(mob(), start, wait(4_000), complete)
    assert.deepInclude(ended, { status: "COMPLETED", turn: 1, running: false, remainingTime: 6_000 })
    assert.deepEqual(ended.log, ["ann complete 4000"])
    assert.deepEqual(after(mob(), complete).log, [])
    const again = after(mob(), start, wait(4_000), complete, wait(1_000), undo)
    assert.deepInclude(again, { status: "IN_PROGRESS", running: true, remainingTime: 5_000 })
    assert.deepEqual(again.log, [])
  })
})

describe("turns that start by themselves", () => {
  it("do so for four hours after the last command, and not longer", () => {
    const hourly = mob({ timerDuration: HOUR - 60_000, autoStart: { after: 60_000 } })
    assert.deepInclude(after(hourly, start, wait(3 * HOUR + 1)), { turn: 4, running: true })
    // The fourth finish is a minute before the end of the four hours.
    assert.deepInclude(after(hourly, start, wait(4 * HOUR - 1)), { turn: 5, startsAt: 4 * HOUR })
    assert.deepInclude(after(hourly, start, wait(9 * HOUR)), { turn: 6, running: false, startsAt: null })
    assert.deepInclude(after(hourly, start, wait(3 * HOUR), swap, wait(4 * HOUR)), { turn: 8, running: true })
  })
})
