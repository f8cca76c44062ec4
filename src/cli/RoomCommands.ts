/**
 * The commands that change a room. Each one says nothing where all is well, as programs in a terminal do.
 */
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import type { AccessCode } from "../domain/AccessCode.ts"
import type { CommandOptions } from "../rooms/RoomCommands.ts"
import type { Rooms } from "../rooms/Rooms.ts"
import * as Durations from "./Duration.ts"
import * as Target from "./Target.ts"

const MINUTE = 60_000

type Act<E> = (rooms: Rooms["Service"], code: AccessCode, options: CommandOptions) => Effect.Effect<unknown, E>

/** A command that needs nothing but the room. */
const simple = <const Name extends string, E>(name: Name, description: string, act: Act<E>) =>
  Command.make(name, { ...Target.common, room: Target.room }, (given) => Target.withRoom(given, act)).pipe(
    Command.withDescription(description)
  )

/** A length of time and the room, both of which may be left out. What can be read as a length is one: access codes cannot. */
const timeAndRoom = {
  ...Target.common,
  given: Argument.String("time, room").pipe(
    Argument.withDescription(`${Durations.ALLOWED}; and access code or link of the room, PAIRROOM_ROOM by default`),
    Argument.variadic({ max: 2 })
  )
}

/** Splits the arguments into a length of time, in milliseconds, and the room. */
const split = Effect.fnUntraced(function* (given: ReadonlyArray<string>) {
  const time = given.map(Durations.parse).find(Option.isSome) ?? Option.none<number>()
  const room = given.find((text) => Option.isNone(Durations.parse(text))) ?? (yield* Target.usualRoom)
  return { time, room }
})

const extend = Command.make(
  "extend",
  timeAndRoom,
  Effect.fnUntraced(function* ({ given, ...target }) {
    const { room, time } = yield* split(given)
    yield* Target.withRoom({ ...target, room }, (rooms, code, options) =>
      rooms.extend(code, { time: Option.getOrElse(time, () => MINUTE) }, options)
    )
  })
).pipe(
  Command.withDescription("Give this period more time, 1m by default; after a finish, the same driver goes on"),
  Command.withExamples([{ command: "pairroom extend 2m", description: "Two minutes more" }])
)

const takeBreak = Command.make(
  "break",
  timeAndRoom,
  Effect.fnUntraced(function* ({ given, ...target }) {
    const { room, time } = yield* split(given)
    const input = Option.match(time, { onNone: () => ({}), onSome: (duration) => ({ duration }) })
    yield* Target.withRoom({ ...target, room }, (rooms, code, options) => rooms.takeBreak(code, input, options))
  })
).pipe(Command.withDescription("Begin a break; a turn that has begun goes on after it"))

const set = Command.make(
  "set",
  {
    duration: Argument.String("duration").pipe(
      Argument.withDescription(`Length of a turn: ${Durations.ALLOWED}`),
      Argument.filterMap(Durations.parse, () => Durations.ALLOWED)
    ),
    room: Target.room,
    left: Flag.String("left").pipe(
      Flag.withDescription(`What is left of the present turn, by default all of it: ${Durations.ALLOWED}`),
      Flag.filterMap(Durations.parse, () => Durations.ALLOWED),
      Flag.optional
    ),
    ...Target.common
  },
  ({ duration, left, ...target }) => {
    const remaining = Option.match(left, { onNone: () => ({}), onSome: (remainingTime) => ({ remainingTime }) })
    return Target.withRoom(target, (rooms, code, options) => rooms.update(code, { duration, ...remaining }, options))
  }
).pipe(Command.withDescription("Set the length of turns; a running timer runs on"))

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
