/** What the tests of turns, breaks and people share: rooms of many people, and everything that can happen to them. */
import { Arbitrary, Result, Schema } from "effect"
import { apply, type Command } from "../../src/domain/Commands.ts"
import * as PeopleCommands from "../../src/domain/PeopleCommands.ts"
import { type AccessCode, create, type RoomState } from "../../src/domain/RoomState.ts"
import { settle } from "../../src/domain/Settle.ts"
import * as SettingsCommands from "../../src/domain/SettingsCommands.ts"
import * as TimerCommands from "../../src/domain/TimerCommands.ts"
import * as TurnCommands from "../../src/domain/TurnCommands.ts"
import { between, CREATED, type Place } from "./arbitraries.ts"

const NAMES = ["ann", "bo", "cleo", "dan", "eve", "finn"] as const

const Name = Schema.Literals(NAMES)
const time = between(1_000, 20_000)

const Wait = Schema.TaggedStruct("Wait", { millis: between(0, 8_000) })
const Start = Schema.TaggedStruct("Start", {})
const Pause = Schema.TaggedStruct("Pause", {})

const Step = Schema.Union([
  Wait,
  Start,
  Pause,
  Schema.TaggedStruct("Reset", {}),
  Schema.TaggedStruct("Update", { duration: time }),
  Schema.TaggedStruct("Swap", {}),
  Schema.TaggedStruct("Next", {}),
  Schema.TaggedStruct("Extend", { time }),
  Schema.TaggedStruct("Break", { duration: time }),
  Schema.TaggedStruct("Ack", {}),
  Schema.TaggedStruct("Undo", {}),
  Schema.TaggedStruct("Complete", {}),
  Schema.TaggedStruct("Mob", { duration: time, user: Name }),
  Schema.TaggedStruct("Add", { name: Name }),
  Schema.TaggedStruct("Leave", { name: Name }),
  Schema.TaggedStruct("Away", { name: Name, away: Schema.Boolean }),
  Schema.TaggedStruct("Rename", { name: Name, to: Name }),
  Schema.TaggedStruct("AutoStart", { after: between(0, 3_000) }),
  Schema.TaggedStruct("Breaks", { every: between(1, 4), duration: time }),
  Schema.TaggedStruct("Manual", {})
])
export type RotaStep = typeof Step.Type

const commandOf = (step: Exclude<RotaStep, { _tag: "Wait" }>): Command<unknown> => {
  switch (step._tag) {
    case "Start":
      return TimerCommands.start
    case "Pause":
      return TimerCommands.pause
    case "Reset":
      return TimerCommands.reset
    case "Update":
      return TimerCommands.update({ duration: step.duration })
    case "Swap":
      return TurnCommands.swap()
    case "Next":
      return TurnCommands.next
    case "Extend":
      return TurnCommands.extend(step.time)
    case "Break":
      return TurnCommands.takeBreak(step.duration)
    case "Ack":
      return TurnCommands.acknowledge
    case "Undo":
      return TurnCommands.undo
    case "Complete":
      return TimerCommands.complete
    case "Mob":
      return SettingsCommands.startTurn(step.duration, step.user)
    case "Add":
      return PeopleCommands.add(step.name)
    case "Leave":
      return PeopleCommands.leave(step.name)
    case "Away":
      return PeopleCommands.change(step.name, { away: step.away })
    case "Rename":
      return PeopleCommands.change(step.name, { name: step.to })
    case "AutoStart":
      return SettingsCommands.change({ autoStart: { after: step.after } })
    case "Breaks":
      return SettingsCommands.change({ breaks: { every: step.every, duration: step.duration } })
    case "Manual":
      return SettingsCommands.change({ autoStart: null })
  }
}

const many = <A>(step: Schema.Schema<A>, maxLength: number) =>
  Arbitrary.array(Arbitrary.schema(step), { minLength: 1, maxLength })

export const rotaSteps = many(Step, 40)

/** Starting, stopping and waiting alone. */
export const startsAndStops = many(Schema.Union([Wait, Start, Start, Pause]), 60)

/** A room of two to six people, with breaks and starts by themselves or without. */
export const rotaRoom = Arbitrary.map(
  Arbitrary.schema(
    Schema.Struct({
      count: between(2, NAMES.length),
      timerDuration: time,
      breaks: Schema.NullOr(Schema.Struct({ every: between(1, 4), duration: time })),
      autoStart: Schema.NullOr(Schema.Struct({ after: between(0, 3_000) }))
    })
  ),
  ({ autoStart, breaks, count, timerDuration }) =>
    create(
      "IAN234" as AccessCode,
      { people: NAMES.slice(0, count), timerDuration, breaks, autoStart },
      { now: CREATED, nonce: "created" }
    )
)

/** Applies a step. A refused command leaves the state as it is. */
export const stepped = ({ now, state }: Place, step: RotaStep, nonce: string): Place => {
  if (step._tag === "Wait") return { state, now: now + step.millis }
  const moment = { now, nonce, by: "ann" }
  return { now, state: Result.getOrElse(apply(commandOf(step), state, moment, "*"), () => state) }
}

/** The room after each step, settled: what somebody sees who looks at that moment. */
export const walked = (room: RoomState, steps: ReadonlyArray<RotaStep>, name = "n"): ReadonlyArray<Place> => {
  const places: Array<Place> = [{ state: room, now: CREATED }]
  for (const [index, step] of steps.entries()) places.push(stepped(places[index]!, step, `${name}${index}`))
  return places
}

export const seenAt = ({ now, state }: Place): RoomState => settle(state, now)
