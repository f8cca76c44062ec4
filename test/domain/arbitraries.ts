/** What the tests of the domain share: rooms, what people do to them, and text that means harm. */
import { Arbitrary, Result, Schema } from "effect"
import type { TimerSetting } from "../../src/domain/RoomInput.ts"
import { apply, type Command } from "../../src/domain/Commands.ts"
import { type AccessCode, create, type RoomState } from "../../src/domain/RoomState.ts"
import { complete, endStreams, pause, reset, start, update } from "../../src/domain/TimerCommands.ts"
import { swap } from "../../src/domain/TurnCommands.ts"

/** When every room of these tests is created. */
export const CREATED = 1_800_000_000_000

/** Enough runs of enough steps for rare orders of events to come up. */
export const often = { arbitrary: { runs: 300, size: 40 } }

export const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

/** Short turns, so that waiting often meets a finish. */
const duration = between(1_000, 8_000)
const share = between(0, 100)

const shareOf = (whole: number, percent: number) => Math.floor((whole * percent) / 100)

const waiting = (minimum: number) => Schema.TaggedStruct("Wait", { millis: between(minimum, 4_000) })
const Wait = waiting(0)
const Start = Schema.TaggedStruct("Start", {})
const Pause = Schema.TaggedStruct("Pause", {})
const Swap = Schema.TaggedStruct("Swap", {})
const EndStreams = Schema.TaggedStruct("EndStreams", {})
const Complete = Schema.TaggedStruct("Complete", {})

/** What gives a timer another remaining time. */
export const Setting = Schema.Union([
  Schema.TaggedStruct("Reset", {}),
  Schema.TaggedStruct("Update", { duration, share })
])
export type Setting = typeof Setting.Type

/** Everything that can happen to a room while it is open. */
const Step = Schema.Union([Wait, Start, Pause, Swap, EndStreams, ...Setting.members])

/** Everything that can happen to a room, its completion and a clock that is set back included. */
const AnyStep = Schema.Union([waiting(-4_000), Start, Pause, Swap, EndStreams, Complete, ...Setting.members])
export type Step = typeof Step.Type | typeof AnyStep.Type

const many = <A>(step: Schema.Schema<A>) => Arbitrary.array(Arbitrary.schema(step), { minLength: 1, maxLength: 40 })

/** What leaves the sum of the running time and the remaining time as it is. */
export const presses = many(Schema.Union([Wait, Start, Pause, Swap]))
export const steps = many(Step)
export const anySteps = many(AnyStep)

/** Text that would break a format that does not escape it. */
export const hostileText = Arbitrary.map(
  Arbitrary.array(
    Arbitrary.schema(
      Schema.Literals([
        ..."\n \r \r\n \n\n \u2028 \u2029 \u0085 \u0000 \ud800 \udc00 \ufeff 😀".split(" "),
        ..."data: |event: close|id: 1|retry: 1|:|}|\"|'|\\|\\n|OK|</script>".split("|")
      ])
    ),
    { minLength: 1, maxLength: 12 }
  ),
  (parts) => parts.join("")
)

/** A room as it is after its creation. */
export const room = Arbitrary.map(
  Arbitrary.all([Arbitrary.schema(duration), Arbitrary.schema(share), hostileText]),
  ([timerDuration, percent, text]) =>
    create(
      "IAN234" as AccessCode,
      {
        driver: `a${text}`,
        navigator: `b${text}`,
        timerDuration,
        timerRemainingTime: shareOf(timerDuration, percent),
        missionUrl: text
      },
      { now: CREATED, nonce: "created" }
    )
)

export const settingOf = (update: Extract<Step, { _tag: "Update" }>): TimerSetting => ({
  duration: update.duration,
  remainingTime: shareOf(update.duration, update.share)
})

const commands = { Start: start, Pause: pause, Swap: swap(), Reset: reset, EndStreams: endStreams, Complete: complete }

const commandOf = (step: Exclude<Step, { _tag: "Wait" }>): Command =>
  step._tag === "Update" ? update(settingOf(step)) : commands[step._tag]

/** What the store holds after a step, and when that is. */
export interface Place {
  readonly state: RoomState
  readonly now: number
  readonly step?: Step
}

/**
 * Takes the steps one after the other, each with its own nonce. The condition `*` keeps every swap a swap, also
 * right after a finish. A refused command leaves the state as it is.
 */
export const walk = (from: Place, steps: ReadonlyArray<Step>, name = "n"): ReadonlyArray<Place> => {
  const places = [from]
  let { state, now } = from
  for (const [index, step] of steps.entries()) {
    if (step._tag === "Wait") {
      now += step.millis
    } else {
      const moment = { now, nonce: `${name}${index}` }
      state = Result.getOrElse(apply(commandOf(step), state, moment, "*"), () => state)
    }
    places.push({ state, now, step })
  }
  return places
}

export const created = (state: RoomState): Place => ({ state, now: CREATED })

export const last = (places: ReadonlyArray<Place>): Place => places[places.length - 1] as Place

/** A room that anything may have happened to. */
export const place = Arbitrary.map(Arbitrary.all([room, anySteps]), ([state, steps]) =>
  last(walk(created(state), steps))
)

/** The same, open and running. */
export const runningPlace = Arbitrary.map(Arbitrary.all([room, steps]), ([state, steps]) =>
  last(walk(created(state), [...steps, { _tag: "Start" }]))
)
