/**
 * The commands that change a room. Each one says nothing where all is well, as programs in a terminal do.
 */
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import type { AccessCode } from "../domain/AccessCode.ts"
import type { CommandOptions } from "../rooms/RoomCommands.ts"
import type { Rooms } from "../rooms/Rooms.ts"
import * as Durations from "./Durations.ts"
import * as Flags from "./Flags.ts"
import * as Target from "./Target.ts"

const MINUTE = 60_000

type Act<E> = (rooms: Rooms["Service"], code: AccessCode, options: CommandOptions) => Effect.Effect<unknown, E>

/** A command that needs nothing but the room. */
const simple = <const Name extends string, E>(name: Name, description: string, act: Act<E>) =>
  Command.make(name, { ...Flags.common, room: Target.room }, (given) => Target.withRoom(given, act)).pipe(
    Command.withDescription(description),
    Flags.withCommon
  )

/** A length of time and the room, in any order. What can be read as a length is one: access codes cannot. */
const timeAndRoom = (range: Durations.Range) => ({
  ...Flags.common,
  given: Argument.String("time room").pipe(
    Argument.withDescription(`The time: ${range.allowed}. The room: access code or link; PAIRROOM_ROOM by default`),
    Argument.variadic({ max: 2 })
  )
})

const isTime = (text: string) => Option.isSome(Durations.parse(text))

/** Splits the arguments into a length of time, in milliseconds, and the room. */
const split = Effect.fnUntraced(function* (given: ReadonlyArray<string>, range: Durations.Range) {
  const times = given.filter(isTime)
  const rooms = given.filter((text) => !isTime(text))
  const outOfRange = times.find((text) => Option.isNone(range.parse(text)))
  // Of two texts that are no length of time, the one that is no access code either was meant as a length.
  const noTime = rooms.length > 1 ? (rooms.find((text) => Option.isNone(Target.codeFrom(text))) ?? rooms[1]) : times[1]
  const wrong = noTime ?? outOfRange
  if (wrong !== undefined) {
    return yield* new Target.Unusable({ message: `time: expected ${range.allowed}, got "${wrong}"` })
  }
  return {
    time: Option.flatMap(Option.fromUndefinedOr(times[0]), range.parse),
    room: rooms[0] === undefined ? yield* Target.usualRoom : Option.some(rooms[0])
  }
})

const extend = Command.make(
  "extend",
  timeAndRoom(Durations.EXTENSION),
  Effect.fnUntraced(function* ({ given, ...target }) {
    const { room, time } = yield* split(given, Durations.EXTENSION)
    yield* Target.withRoom({ ...target, room }, (rooms, code, options) =>
      rooms.extend(code, { time: Option.getOrElse(time, () => MINUTE) }, options)
    )
  })
).pipe(
  Command.withDescription("Give this period more time, 1m by default; after a finish, the same driver goes on"),
  Command.withExamples([{ command: "pairroom extend 2m", description: "Two minutes more" }]),
  Flags.withCommon
)

const takeBreak = Command.make(
  "break",
  timeAndRoom(Durations.PERIOD),
  Effect.fnUntraced(function* ({ given, ...target }) {
    const { room, time } = yield* split(given, Durations.PERIOD)
    const input = Option.match(time, { onNone: () => ({}), onSome: (duration) => ({ duration }) })
    yield* Target.withRoom({ ...target, room }, (rooms, code, options) => rooms.takeBreak(code, input, options))
  })
).pipe(Command.withDescription("Begin a break; a turn that has begun goes on after it"), Flags.withCommon)

const set = Command.make(
  "set",
  {
    ...timeAndRoom(Durations.PERIOD),
    left: Flag.String("left").pipe(
      Flag.withMetavar("TIME"),
      Flag.withDescription("What is left of the present turn; by default all of it"),
      Flag.filterMap(Durations.PERIOD.parse, () => Durations.PERIOD.allowed),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* ({ given, left, ...target }) {
    const { room, time } = yield* split(given, Durations.PERIOD)
    if (Option.isNone(time)) {
      return yield* new Target.Unusable({ message: `time: expected ${Durations.PERIOD.allowed}, got nothing` })
    }
    if (Option.exists(left, (remainingTime) => remainingTime > time.value)) {
      return yield* new Target.Unusable({ message: "left: expected at most the length of the turn, got more" })
    }
    const setting = {
      duration: time.value,
      ...Option.match(left, { onNone: () => ({}), onSome: (remainingTime) => ({ remainingTime }) })
    }
    yield* Target.withRoom({ ...target, room }, (rooms, code, options) => rooms.update(code, setting, options))
  })
).pipe(
  Command.withDescription("Set the length of turns; a running timer runs on"),
  Command.withExamples([{ command: "pairroom set 25m", description: "Turns of 25 minutes" }]),
  Flags.withCommon
)

export const all = [
  simple("start", "Start the timer", (rooms, code, options) => rooms.start(code, options)),
  simple("pause", "Pause the timer", (rooms, code, options) => rooms.pause(code, options)),
  simple("next", "Hand over: the next one drives a full turn", (rooms, code, options) => rooms.next(code, options)),
  extend,
  takeBreak,
  simple("reset", "Stop the timer, and set it to its full length", (rooms, code, options) =>
    rooms.reset(code, options)
  ),
  set,
  simple("swap", "Let driver and navigator change places", (rooms, code, options) =>
    rooms.swap(code, { ...options, afterFinish: true })
  ),
  simple("ack", "End the alarm on every screen", (rooms, code, options) => rooms.acknowledge(code, options)),
  simple("undo", "Take the last change back, within 30 s", (rooms, code, options) => rooms.undo(code, options)),
  simple("end", "Complete the room: the timer stops for good", (rooms, code, options) => rooms.complete(code, options))
] as const
