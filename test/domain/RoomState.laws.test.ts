import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import * as People from "../../src/domain/People.ts"
import { remaining, RoomState, rolesOf } from "../../src/domain/RoomState.ts"
import { settle } from "../../src/domain/Settle.ts"
import { DURATION_MAX, isRunning, remainingAt } from "../../src/domain/Timer.ts"
import {
  anySteps,
  between,
  created,
  hostileText,
  last,
  often,
  type Place,
  place,
  presses,
  room,
  runningPlace,
  Setting,
  settingOf,
  type Step,
  steps,
  walk
} from "./arbitraries.ts"

const settled = ({ state, now }: Place) => settle(state, now)

const untilItEnds: ReadonlyArray<Step> = [{ _tag: "Start" }, { _tag: "Wait", millis: DURATION_MAX }]

/** How long the timer ran in all, from a place on until the next finish. */
const ranUntilFinish = (from: Place, steps: ReadonlyArray<Step>): number => {
  let ran = 0
  let before = from
  for (const place of walk(from, [...steps, ...untilItEnds])) {
    const { timer } = before.state
    if (isRunning(timer)) ran += Math.min(place.now, timer.endsAt) - before.now
    if (settled(place).turn > from.state.turn) return ran
    before = place
  }
  return assert.fail("a timer that is started comes to its end")
}

/** The room as a stopwatch in the hand would have it: time is taken off while it runs. */
interface Stopwatch {
  readonly driver: string
  readonly navigator: string
  readonly running: boolean
  readonly left: number
  readonly duration: number
  readonly turn: number
  readonly finishedAt: number | null
}

const exchanged = ({ driver, navigator }: Stopwatch) => ({ driver: navigator, navigator: driver })

const elapsed = (watch: Stopwatch, millis: number, now: number): Stopwatch => {
  if (!watch.running || millis < watch.left) return { ...watch, left: watch.left - (watch.running ? millis : 0) }
  const finish = { running: false, left: watch.duration, turn: watch.turn + 1, finishedAt: now + watch.left }
  return { ...watch, ...exchanged(watch), ...finish }
}

const stepped = (watch: Stopwatch, step: Step, now: number): Stopwatch => {
  if (step._tag === "Wait") return elapsed(watch, step.millis, now)
  if (step._tag === "Start") return { ...watch, running: true }
  if (step._tag === "Pause") return { ...watch, running: false }
  if (step._tag === "Reset") return { ...watch, running: false, left: watch.duration }
  if (step._tag === "Swap") return { ...watch, ...exchanged(watch) }
  if (step._tag !== "Update") return watch
  const { duration, remainingTime } = settingOf(step)
  return { ...watch, duration, left: remainingTime || duration }
}

const stopwatchOf = ({ state, now }: Place): Stopwatch => {
  const shown = settle(state, now)
  const { duration, turn, finishedAt, timer } = shown
  const left = remaining(shown, now)
  return { ...rolesOf(shown), running: isRunning(timer), left, duration, turn, finishedAt }
}

describe("the time of a room", () => {
  it.prop(
    "until the finish it runs, to the millisecond, as long as was set at its creation",
    {
      room,
      presses
    },
    ({ room, presses }) => {
      assert.strictEqual(ranUntilFinish(created(room), presses), remaining(room, 0))
    },
    often
  )

  it.prop(
    "after an update or a reset it runs as long as that has set, whatever was before",
    {
      room,
      steps,
      setting: Setting,
      presses
    },
    ({ room, steps, setting, presses }) => {
      const set = last(walk(created(room), [...steps, setting], "before"))
      const expected =
        setting._tag === "Reset" ? set.state.duration : settingOf(setting).remainingTime || setting.duration
      // A reset that changes nothing leaves a finish that is due to its reader.
      assert.strictEqual(ranUntilFinish({ ...set, state: settled(set) }, presses), expected)
    },
    often
  )

  it.prop(
    "is after every step what a stopwatch in the hand shows",
    { room, steps },
    ({ room, steps }) => {
      const [first, ...places] = walk(created(room), steps)
      let watch = stopwatchOf(first as Place)
      let { now } = first as Place
      for (const place of places) {
        watch = stepped(watch, place.step as Step, now)
        now = place.now
        assert.deepStrictEqual(stopwatchOf(place), watch)
      }
    },
    often
  )

  it.prop(
    "never leaves 0 to the duration, also when the clock is set back",
    {
      room,
      steps: anySteps,
      offset: between(-20_000, 20_000)
    },
    ({ room, steps, offset }) => {
      for (const { state, now } of walk(created(room), steps)) {
        for (const moment of [now, now + offset]) {
          const { timer, duration } = settle(state, moment)
          assert.isAtLeast(remainingAt(timer, duration, moment), 1)
          assert.isAtMost(remainingAt(timer, duration, moment), duration)
          assert.isAtLeast(remainingAt(state.timer, state.duration, moment), 0)
          assert.isAtLeast(remaining(state, moment), 1)
          assert.isAtMost(remaining(state, moment), state.duration)
        }
      }
    },
    often
  )
})

describe("a finish", () => {
  const late = between(0, DURATION_MAX)

  it.prop(
    "swaps the roles once, counts the turn once, and was when the time was up",
    {
      place: runningPlace,
      late
    },
    ({ place: { state }, late }) => {
      if (!isRunning(state.timer)) return assert.fail("it runs")
      const finished = settle(state, state.timer.endsAt + late)
      const before = rolesOf(state)
      assert.deepStrictEqual(rolesOf(finished), { driver: before.navigator, navigator: before.driver })
      assert.deepInclude(finished, {
        id: `${state.id}-finish`,
        previousId: state.id,
        change: "finish",
        timerChange: "stop",
        people: People.change(state.people, state.driver, (person) => ({
          ...person,
          turns: person.turns + 1,
          drove: finished.log.at(-1)![5] + person.drove
        })),
        timer: { _tag: "Paused", remaining: state.duration },
        turn: state.turn + 1,
        finishedAt: state.timer.endsAt
      })
    }
  )

  it.prop("is not there before the time is up", { place: runningPlace, early: between(1, 20_000) }, (given) => {
    const { state } = given.place
    if (!isRunning(state.timer)) return assert.fail("it runs")
    assert.strictEqual(settle(state, state.timer.endsAt - given.early), state)
  })

  it.prop(
    "is made once, however often a reader settles",
    { place: runningPlace, late },
    ({ place: { state }, late }) => {
      if (!isRunning(state.timer)) return assert.fail("it runs")
      const { endsAt } = state.timer
      const once = settle(state, endsAt)
      for (const now of [endsAt - late, endsAt, endsAt + late]) assert.strictEqual(settle(once, now), once)
    }
  )

  it.prop(
    "is the same for the command that comes after it, whether a reader settled before or nobody did",
    {
      room,
      steps
    },
    ({ room, steps }) => {
      let eager = created(room)
      for (const [index, step] of steps.entries()) {
        const next = last(walk(eager, [step], `n${index}-`))
        eager = { ...next, state: settled(next) }
      }
      let lazy = created(room)
      for (const [index, step] of steps.entries()) lazy = last(walk(lazy, [step], `n${index}-`))
      assert.deepStrictEqual(settled(lazy), settled(eager))
    },
    often
  )
})

describe("the id of a room", () => {
  it.prop(
    "names one state alone, finishes included",
    { room, steps: anySteps },
    ({ room, steps }) => {
      const named = new Map<string, string>()
      for (const place of walk(created(room), steps)) {
        for (const state of [place.state, settled(place)]) {
          const what = JSON.stringify({ ...state, streamsEnded: 0 })
          assert.strictEqual(named.get(state.id) ?? what, what)
          named.set(state.id, what)
        }
      }
    },
    often
  )

  it.prop(
    "is new after every change but the ending of streams",
    {
      room,
      steps: anySteps
    },
    ({ room, steps }) => {
      const places = walk(created(room), steps)
      const given = new Set<string>()
      for (const [index, place] of places.entries()) {
        const before = places[index - 1]
        if (before !== undefined && before.state !== place.state) {
          const settledBefore = settle(before.state, place.now)
          if (place.step?._tag === "EndStreams") assert.strictEqual(place.state.id, settledBefore.id)
          else {
            assert.isFalse(given.has(place.state.id))
            assert.strictEqual(place.state.previousId, settledBefore.id)
          }
        }
        given.add(place.state.id).add(settled(place).id)
      }
    },
    often
  )
})

describe("the JSON of a room's state", () => {
  const json = Schema.fromJsonString(RoomState)
  const encode = Schema.encodeSync(json)
  const decode = Schema.decodeSync(json)

  const anyState = Arbitrary.map(
    Arbitrary.all([
      Arbitrary.schema(Schema.Struct({ ...RoomState.fields, accessCode: Schema.Literal("ian234") })),
      hostileText
    ]),
    ([state, text]): RoomState => ({
      // What is generated may hold -0, which JSON does not know.
      ...JSON.parse(JSON.stringify(state)),
      people: [text, "b"].map((name, index) => ({ number: index + 1, name, away: false, turns: 0, drove: 0 })),
      driver: 1,
      missionUrl: text
    })
  )

  it.prop(
    "is read back as it was, of every state that a room can come to",
    { place },
    ({ place: { state } }) => {
      assert.deepStrictEqual(decode(encode(state)), state)
      assert.deepStrictEqual(JSON.parse(encode(state)), JSON.parse(JSON.stringify(state)))
    },
    often
  )

  it.prop(
    "is read back as it was, of every state that the shape allows",
    { state: anyState },
    ({ state }) => {
      assert.deepStrictEqual(decode(encode(state)), state)
      assert.deepStrictEqual(JSON.parse(encode(state)), JSON.parse(JSON.stringify(state)))
    },
    often
  )

  it.prop("is refused where a part of it cannot be", { room }, ({ room }) => {
    const impossible = [
      { version: 3 },
      { accessCode: "" },
      { id: "" },
      { status: "OPEN" },
      { duration: 999 },
      { timer: { _tag: "Paused", remaining: 0 } },
      { timer: { _tag: "Running" } },
      { turn: 1.5 }
    ]
    for (const fields of impossible) assert.throws(() => decode(JSON.stringify({ ...room, ...fields })))
  })
})
