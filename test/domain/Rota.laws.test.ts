import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { apply } from "../../src/domain/Commands.ts"
import { statesSince } from "../../src/domain/History.ts"
import { viewOf } from "../../src/domain/RoomView.ts"
import { remaining, RoomState, rolesOf } from "../../src/domain/RoomState.ts"
import { settle, statesUntil } from "../../src/domain/Settle.ts"
import { isRunning } from "../../src/domain/Timer.ts"
import { undo } from "../../src/domain/TurnCommands.ts"
import { turnsView } from "../../src/domain/TurnLog.ts"
import { between, often, type Place } from "./arbitraries.ts"
import { rotaRoom, rotaSteps, seenAt, startsAndStops, stepped, walked } from "./rota.ts"

const last = (places: ReadonlyArray<Place>): Place => places.at(-1)!
const nobody = { connections: 0, names: [] }

/** How long turns have run in all, by looking at the room every time something happens to it. */
const ranIn = (places: ReadonlyArray<Place>): number =>
  places.slice(1).reduce((sum, { now }, index) => {
    const before = places[index]!
    const states = [seenAt(before), ...statesUntil(seenAt(before), now)]
    return states.reduce((ran, state, number) => {
      const from = number === 0 ? before.now : state.changedAt
      const until = states[number + 1]?.changedAt ?? now
      return isRunning(state.timer) && state.period === "turn" ? ran + until - from : ran
    }, sum)
  }, 0)

describe("a rota", () => {
  it.prop(
    "with starting, stopping and waiting alone, everybody drives equally often, in order",
    { room: rotaRoom, steps: startsAndStops },
    ({ room, steps }) => {
      const { log, people } = seenAt(last(walked(room, steps)))
      const drivers = log.map(([, driver]) => driver)
      assert.deepStrictEqual(
        drivers,
        drivers.map((_, index) => (index % people.length) + 1)
      )
      const turns = people.map((person) => person.turns)
      assert.isAtMost(Math.max(...turns) - Math.min(...turns), 1)
    },
    often
  )

  it.prop(
    "the time in the log adds up to the time that ran, with the turn that has not ended",
    { room: rotaRoom, steps: startsAndStops },
    ({ room, steps }) => {
      const places = walked(room, steps)
      const { now } = last(places)
      const state = seenAt(last(places))
      const { totals } = turnsView(state)
      const ended = totals.reduce((sum, { drove }) => sum + drove, 0)
      const since = state.run?.since ?? now
      assert.strictEqual(ended + (state.run?.drove ?? 0) + now - since, ranIn(places))
      assert.strictEqual(
        totals.reduce((sum, { turns }) => sum + turns, 0),
        state.turn - 1
      )
    },
    often
  )

  it.prop(
    "whatever happens, there is one driver, a navigator who is somebody else, and no name twice",
    { room: rotaRoom, steps: rotaSteps },
    ({ room, steps }) => {
      for (const place of walked(room, steps)) {
        const state = seenAt(place)
        const names = state.people.map(({ name }) => name)
        const { driver, navigator } = rolesOf(state)
        assert.strictEqual(new Set(names).size, names.length)
        assert.include(names, driver)
        assert.include(names, navigator)
        assert.notStrictEqual(driver, navigator)
        assert.isAtLeast(remaining(state, place.now), 1)
        assert.isAtMost(remaining(state, place.now), state.periodDuration)
        assert.strictEqual(state.period === "break", state.breakLength !== null)
        assert.isTrue(state.waiting === null || state.period === "break")
        assert.isFalse(isRunning(state.timer) && state.startsAt !== null)
        assert.strictEqual(
          state.run !== null && state.run.since !== null,
          isRunning(state.timer) && state.period === "turn"
        )
      }
    },
    often
  )
})

describe("settle", () => {
  it.prop(
    "gives at once after four hours what it gives to one who looks every second",
    { room: rotaRoom, steps: rotaSteps },
    ({ room, steps }) => {
      const { now, state } = last(walked(room, steps))
      let eager = state
      for (let second = 0; second <= 4 * 3_600; second += 1) eager = settle(eager, now + second * 1_000)
      assert.deepStrictEqual(settle(state, now + 4 * 3_600_000), eager)
    },
    { arbitrary: { runs: 60, size: 40 } }
  )

  it.prop(
    "comes to an end: nothing starts by itself for ever",
    { room: rotaRoom, steps: rotaSteps },
    ({ room, steps }) => {
      const { now, state } = last(walked(room, steps))
      const year = now + 365 * 86_400_000
      const states = statesUntil(state, year)
      assert.isAtMost(states.length, 482)
      const end = states.at(-1) ?? state
      assert.isFalse(isRunning(end.timer))
      assert.isNull(end.startsAt)
    },
    often
  )

  it.prop(
    "is the same for the command that comes after it, whether somebody looked before or not",
    { room: rotaRoom, steps: rotaSteps },
    ({ room, steps }) => {
      let eager: Place = { state: room, now: last(walked(room, [])).now }
      for (const [index, step] of steps.entries()) {
        const next = stepped(eager, step, `n${index}`)
        eager = { ...next, state: seenAt(next) }
      }
      assert.deepStrictEqual(seenAt(last(walked(room, steps))), seenAt(eager))
    },
    often
  )
})

describe("ids", () => {
  it.prop(
    "name one state alone, finishes and starts by themselves included",
    { room: rotaRoom, steps: rotaSteps },
    ({ room, steps }) => {
      const named = new Map<string, string>()
      for (const { now, state } of walked(room, steps)) {
        for (const each of [state, ...statesUntil(state, now)]) {
          const what = JSON.stringify(each)
          assert.strictEqual(named.get(each.id) ?? what, what)
          named.set(each.id, what)
        }
      }
    },
    often
  )
})

describe("undo", () => {
  it.prop(
    "gives back the value that there was but for its id and the last change, the deadline and the log included",
    { room: rotaRoom, steps: rotaSteps, pause: between(0, 30_000) },
    ({ pause, room, steps }) => {
      const places = walked(room, steps)
      for (const [index, { now, state }] of places.entries()) {
        const before = places[index - 1]
        if (before === undefined || before.state === state || state.before === null || state.change === "ack") continue
        if (state.change === "finish") continue
        const was = settle(before.state, now)
        // Only a command that nothing has followed can be undone.
        const at = statesUntil(state, now + pause).length > 0 ? now : now + pause
        const undone = Result.getOrThrow(apply(undo, state, { now: at, nonce: "undo" }))
        const view = (one: RoomState, moment: number) => {
          const { acknowledgedAt: _, id: _id, lastChange: _lastChange, ...rest } = viewOf(one, moment, nobody)
          return { ...rest, turns: turnsView(one) }
        }
        if (isRunning(was.timer) && was.timer.endsAt < at) {
          assert.deepInclude(undone, { timer: { _tag: "Running", endsAt: at }, driver: was.driver, turn: was.turn })
          assert.strictEqual(statesUntil(undone, at)[0]?.change, "finish")
        } else if (was.startsAt === null || was.startsAt >= at) {
          assert.deepStrictEqual(view(undone, at), view(was, at))
        } else {
          assert.strictEqual(undone.startsAt, at)
        }
        assert.isTrue(undone.finishedAt === null || undone.acknowledgedAt !== null)
      }
    },
    often
  )
})

describe("the states that somebody is shown", () => {
  it.prop(
    "lead to the present one, each once, and hold at most one finish that is new",
    { room: rotaRoom, steps: rotaSteps, from: between(0, 40) },
    ({ from, room, steps }) => {
      const places = walked(room, steps)
      const seen = seenAt(places[Math.min(from, places.length - 1)]!)
      const { now, state } = last(places)
      const states = statesSince(seen, state, now)
      assert.strictEqual((states.at(-1) ?? seen).id, settle(state, now).id)
      assert.strictEqual(new Set(states.map(({ id }) => id)).size, states.length)
      assert.isAtMost(states.filter(({ change }) => change === "finish").length, 1)
    },
    often
  )
})

describe("the JSON of a room's state", () => {
  it.prop(
    "is read back as it was, of every room of many people",
    { room: rotaRoom, steps: rotaSteps },
    ({ room, steps }) => {
      const json = Schema.fromJsonString(RoomState)
      for (const place of walked(room, steps)) {
        const state = seenAt(place)
        assert.deepStrictEqual(Schema.decodeSync(json)(JSON.stringify(state)), state)
      }
    },
    { arbitrary: { runs: 60, size: 40 } }
  )
})
