/**
 * `pairroom people`: shows the people of a room, and changes them.
 */
import { Console, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import type { RoomView } from "../domain/RoomView.ts"
import * as Flags from "./Flags.ts"
import * as Target from "./Target.ts"

const name = (flag: string, description: string) =>
  Flag.String(flag).pipe(Flag.withMetavar("NAME"), Flag.withDescription(description), Flag.optional)

/** Does what a flag asks for, if it was given. */
const when = <A, B, E>(given: Option.Option<A>, act: (given: A) => Effect.Effect<B, E>) =>
  Option.match(given, { onNone: () => Effect.void, onSome: (value) => Effect.asVoid(act(value)) })

export const people = Command.make(
  "people",
  {
    room: Target.room,
    add: name("add", "Add somebody at the end"),
    remove: name("remove", "Somebody leaves the room"),
    away: name("away", "Somebody is away, and does not drive"),
    back: name("back", "Somebody is back"),
    rename: Flag.String("rename").pipe(
      Flag.withMetavar("OLD=NEW"),
      Flag.withDescription("Rename somebody"),
      Flag.filterMap(
        (text) => Option.fromNullOr(/^([^=]+)=(.+)$/.exec(text)),
        () => "OLD=NEW"
      ),
      Flag.optional
    ),
    order: Flag.String("order").pipe(
      Flag.withMetavar("NAME,NAME,…"),
      Flag.withDescription("Another order; it names everybody once"),
      Flag.optional
    ),
    ...Flags.common
  },
  ({ add, away, back, order, remove, rename, ...target }) =>
    Target.withRoom(target, (rooms, code, options) =>
      Effect.gen(function* () {
        yield* when(add, (name) => rooms.addPerson(code, { name }, options))
        yield* when(rename, ([, old = "", name = ""]) => rooms.changePerson(code, old, { name }, options))
        yield* when(away, (name) => rooms.changePerson(code, name, { away: true }, options))
        yield* when(back, (name) => rooms.changePerson(code, name, { away: false }, options))
        yield* when(order, (names) => rooms.orderPeople(code, { order: names.split(",") }, options))
        yield* when(remove, (name) => rooms.removePerson(code, name, options))
        yield* Effect.forEach(peopleOf(yield* rooms.get(code)), (line) => Console.log(line), { discard: true })
      })
    )
).pipe(
  Command.withDescription("Show the people of a room in their order, or change them"),
  Command.withExamples([
    { command: "pairroom people", description: "Who is in the room?" },
    { command: "pairroom people --add Ari", description: "Ari joins" },
    { command: "pairroom people --order Ari,Mina,Jun", description: "Another order" }
  ]),
  Flags.withCommon
)

/** Returns a line for each of the people: `Mina, drives`, `Jun, next`, `Ari, away`. */
export const peopleOf = ({ driver, here, navigator, people }: RoomView): ReadonlyArray<string> =>
  people.map(({ away, name }) =>
    [
      name,
      ...(name === driver ? ["drives"] : name === navigator ? ["next"] : []),
      ...(away ? ["away"] : []),
      ...(here.includes(name) ? ["here"] : [])
    ].join(", ")
  )
