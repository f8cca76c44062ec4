/**
 * The people of a room and whose turn it is: pure functions on the part of a room's state that holds them.
 */
import { Schema } from "effect"
import { lookOf, NAME_CODE_POINTS_MAX } from "./Name.ts"

/** How many people who have left are remembered, besides those in the log. */
export const FORMER_KEPT = 40

/** A number of things, or of milliseconds. */
export const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** A name as it is kept. An earlier version allowed other characters, so only its length is checked, in units of UTF-16. */
export const KeptName = Schema.NonEmptyString.check(Schema.isMaxLength(2 * NAME_CODE_POINTS_MAX))

const record = {
  /** Stands for the person in the log, where names may change. It is unique in the room. */
  number: Count,
  name: KeptName,
  /** How many ended turns this person drove, and for how long, in milliseconds. */
  turns: Count,
  drove: Count
}

/** Somebody in the room. */
export const Person = Schema.Struct({ ...record, away: Schema.Boolean })
export type Person = typeof Person.Type

/** Somebody who has left the room, and has driven or is in the log. */
export const Former = Schema.Struct(record)
export type Former = typeof Former.Type

export interface People {
  /** In the order in which they drive. */
  readonly people: ReadonlyArray<Person>
  readonly former: ReadonlyArray<Former>
  /** The number of the one who drives. */
  readonly driver: number
}

/** Returns new people. The first one drives. */
export const make = (names: ReadonlyArray<string>): People => ({
  people: names.map((name, index) => ({ number: index + 1, name, away: false, turns: 0, drove: 0 })),
  former: [],
  driver: 1
})

/** Returns the one with this name, or else with one that looks the same. */
export const called = <P extends { readonly name: string }>(people: ReadonlyArray<P>, name: string): P | undefined => {
  const exactly = people.find((person) => person.name === name)
  if (exactly !== undefined) return exactly
  const look = lookOf(name)
  return people.find((person) => lookOf(person.name) === look)
}

/** Returns the name of a person, also of one who has left. */
export const nameOf = ({ former, people }: Pick<People, "people" | "former">, number: number): string =>
  [...people, ...former].find((person) => person.number === number)?.name ?? ""

/** Returns everyone but the one with this number, beginning after that one, in the order in which they drive. */
const othersAfter = ({ people }: People, number: number): ReadonlyArray<Person> => {
  const place = people.findIndex((person) => person.number === number)
  return [...people.slice(place + 1), ...people.slice(0, place)]
}

/** Returns who navigates: the next one who is not away. Where everyone else is away, it is the next one in order. */
export const navigatorOf = (people: People): Person => {
  const others = othersAfter(people, people.driver)
  return (others.find(({ away }) => !away) ?? others[0])!
}

/** Returns who drives next: the next one who is not away. Where nobody else is there, it is the same person again. */
export const successorOf = (people: People): number =>
  othersAfter(people, people.driver).find(({ away }) => !away)?.number ?? people.driver

/** Makes somebody the driver. Who drives is not away. */
export const drive = <P extends People>(people: P, driver: number): P => ({
  ...people,
  driver,
  people: change(people.people, driver, (person) => (person.away ? { ...person, away: false } : person))
})

/** Driver and navigator change places, and the navigator drives. */
export const swap = <P extends People>(people: P): P => {
  const navigator = navigatorOf(people)
  const driver = people.people.find(({ number }) => number === people.driver)!
  const exchanged = people.people.map((person) =>
    person.number === driver.number ? navigator : person.number === navigator.number ? driver : person
  )
  return drive({ ...people, people: exchanged }, navigator.number)
}

/** Adds somebody at the end. If a person of that name has left the room before, it is the same person, with all turns and times. */
export const add = <P extends People>(people: P, name: string): P => {
  const known = called(people.former.toReversed(), name)
  const numbers = [...people.people, ...people.former].map(({ number }) => number)
  const person = known ?? { number: Math.max(...numbers) + 1, name, turns: 0, drove: 0 }
  return {
    ...people,
    people: [...people.people, { ...person, away: false }],
    former: known === undefined ? people.former : people.former.filter((former) => former !== known)
  }
}

/** Removes somebody. `isInLog`: does the log of turns name the person with this number? */
export const remove = <P extends People>(people: P, number: number, isInLog: (number: number) => boolean): P => {
  const former = people.people
    .filter((person) => person.number === number)
    .map(({ drove, name, number, turns }): Former => ({ number, name, turns, drove }))
  const all = [...people.former, ...former].filter((person) => person.turns > 0 || isInLog(person.number))
  return {
    ...people,
    people: people.people.filter((person) => person.number !== number),
    former: all.filter((person, index) => index >= all.length - FORMER_KEPT || isInLog(person.number))
  }
}

/** Changes one person. Returns the same list if nothing has changed. */
export const change = (
  people: ReadonlyArray<Person>,
  number: number,
  to: (person: Person) => Person
): ReadonlyArray<Person> => {
  const changed = people.map((person) => (person.number === number ? to(person) : person))
  return changed.every((person, index) => person === people[index]) ? people : changed
}
