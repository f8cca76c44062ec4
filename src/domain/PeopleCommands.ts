/**
 * The commands of the people: somebody comes, leaves, is away, has another name, or the order is another one.
 */
import { changed, type Command } from "./Commands.ts"
import { BadRequest, NameTaken, PersonNotFound, RoomFull, TooFewPeople } from "./errors.ts"
import * as People from "./People.ts"
import { PEOPLE_MAX, PEOPLE_MIN } from "./PeopleCount.ts"
import type { PersonChange } from "./RoomInput.ts"
import { shown } from "./BadInput.ts"
import type { RoomState } from "./RoomState.ts"
import { isInLog } from "./TurnLog.ts"
import { handOver } from "./TurnCommands.ts"

/** What all of these commands are called in a refusal. */
const NAME = "a change of people"

/** Adds somebody at the end. Who is there and away comes back. */
export const add = (name: string): Command<RoomFull> => ({
  name: NAME,
  conflict: (state) =>
    People.called(state.people, name) === undefined && state.people.length >= PEOPLE_MAX
      ? new RoomFull({ message: `people: expected at most ${PEOPLE_MAX} people in a room` })
      : undefined,
  run: (state, moment) => {
    const known = People.called(state.people, name)
    if (known === undefined) return changed(state, moment, "people", People.add(state, name))
    return known.away ? changed(state, moment, "people", withAway(state, known, false, moment.now)) : state
  }
})

/** Gives the people another order. The driver stays the driver. */
export const order = (names: ReadonlyArray<string>): Command<BadRequest> => ({
  name: NAME,
  check: (state) =>
    names.length === state.people.length && new Set(inOrder(state, names)).size === state.people.length
      ? undefined
      : new BadRequest({
          message: `order: expected the names of everybody in the room, each once: ${state.people.map(({ name }) => name).join(", ")}, got ${shown(names)}`
        }),
  run: (state, moment) => {
    const people = inOrder(state, names)
    if (state.people.every((person, index) => person === people[index])) return state
    return changed(state, moment, "people", { people })
  }
})

/** Returns those who have these names. Others are left out. */
const inOrder = (state: RoomState, names: ReadonlyArray<string>): ReadonlyArray<People.Person> =>
  names.flatMap((name) => People.called(state.people, name) ?? [])

/** Gives somebody another name, or notes that somebody is away or back. */
export const change = (name: string, to: PersonChange): Command<PersonNotFound | NameTaken> => ({
  name: NAME,
  check: (state) => missing(state.people, name),
  conflict: (state) =>
    typeof to.name === "string" && to.name !== name && isTaken(state, name, to.name)
      ? new NameTaken({ message: `name: expected a name that nobody else in the room has, got ${shown(to.name)}` })
      : undefined,
  run: (state, moment) => {
    const person = People.called(state.people, name)!
    const away = to.away ?? person.away
    const present = away === person.away ? state : withAway(state, person, away, moment.now)
    const renamed = rename(present, person.number, to.name ?? name)
    return renamed === state ? state : changed(state, moment, "people", renamed)
  }
})

/** Has somebody else than `name` the name `wanted`, or one that looks the same? */
const isTaken = (state: RoomState, name: string, wanted: string): boolean => {
  const person = People.called(state.people, name)
  const others = state.people.filter((other) => other !== person)
  return People.called(others, wanted) !== undefined
}

/** Somebody leaves the room. */
export const leave = (name: string): Command<PersonNotFound | TooFewPeople> => ({
  name: NAME,
  check: (state) => missing(state.people, name),
  conflict: (state) =>
    state.people.length <= PEOPLE_MIN
      ? new TooFewPeople({ message: `people: expected at least ${PEOPLE_MIN} people to stay in the room` })
      : undefined,
  run: (state, moment) => {
    const { number } = People.called(state.people, name)!
    const others = number === state.driver ? withoutDriver(state, moment.now) : state
    return changed(state, moment, "people", People.remove(others, number, isInLog(others.log)))
  }
})

/** Returns the refusal of a name that nobody in the room has; undefined where somebody has it. */
export const missing = (people: ReadonlyArray<{ readonly name: string }>, name: string): PersonNotFound | undefined =>
  People.called(people, name) === undefined
    ? new PersonNotFound({ message: `name: nobody in the room is called ${shown(name)}` })
    : undefined

const rename = (state: RoomState, number: number, name: string): RoomState => {
  const people = People.change(state.people, number, (person) => (person.name === name ? person : { ...person, name }))
  return people === state.people ? state : { ...state, people }
}

/** A driver who goes away hands over, unless nobody else is there. */
const withAway = (state: RoomState, person: People.Person, away: boolean, now: number): RoomState => {
  const noted = {
    ...state,
    people: People.change(state.people, person.number, (one) => ({ ...one, away }))
  }
  return away && person.number === state.driver && People.successorOf(state) !== state.driver
    ? passOn(noted, now)
    : noted
}

/** The driver leaves: the next one who is there drives, or the next one in order. */
const withoutDriver = (state: RoomState, now: number): RoomState => {
  if (People.successorOf(state) !== state.driver) return passOn(state, now)
  const navigator = People.navigatorOf(state).number
  // Nobody else is there. For the hand-over, the one who follows has come back.
  return passOn({ ...state, people: People.change(state.people, navigator, (one) => ({ ...one, away: false })) }, now)
}

/** While a turn has run, it ends, and the next one has a full one. Otherwise only the driver is another one. */
const passOn = (state: RoomState, now: number): RoomState => {
  if (state.period === "break" || state.run === null) return People.drive(state, People.successorOf(state))
  return { ...handOver(state, now, "away"), timerChange: "update" }
}
