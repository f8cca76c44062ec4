/**
 * The bodies that clients send.
 */
import { Effect, Schema, SchemaTransformation } from "effect"
import { decode } from "./BadInput.ts"
import type { BadRequest } from "./errors.ts"
import { GOAL_ALLOWED, isGoal, isName, NAME_ALLOWED, toName } from "./Name.ts"
import { PEOPLE_MAX, PEOPLE_MIN } from "./PeopleCount.ts"
import { DURATION_MAX, DURATION_MIN } from "./Timer.ts"

/** A name, as it is kept: trimmed and in NFC. */
export const Name = Schema.String.pipe(
  Schema.decodeTo(
    Schema.String.check(Schema.makeFilter(isName, { expected: NAME_ALLOWED })),
    SchemaTransformation.transform({ decode: toName, encode: (name) => name })
  )
).annotate({ description: NAME_ALLOWED })

const Duration = Schema.Int.check(Schema.isBetween({ minimum: DURATION_MIN, maximum: DURATION_MAX })).annotate({
  description: `a whole number of milliseconds from ${DURATION_MIN} to ${DURATION_MAX}`
})

const Remaining = Schema.optionalKey(
  Schema.NullOr(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: DURATION_MAX }))).annotate({
    description: "a whole number of milliseconds from 1 to the duration; the duration if 0, null or left out"
  })
)

const isMissionUrl = (text: string) =>
  text === "" || (!/\p{Cc}/u.test(text) && URL.canParse(text) && ["http:", "https:"].includes(new URL(text).protocol))

const MissionUrl = Schema.optionalKey(
  Schema.NullOr(Schema.Trim.check(Schema.makeFilter(isMissionUrl, { expected: "an http or https URL" }))).annotate({
    description: "an http or https URL, or empty"
  })
)

const within = (remainingName: string, remaining: number | null | undefined, durationName: string, duration: number) =>
  (remaining ?? 0) <= duration || {
    path: [remainingName],
    issue: `Expected at most ${durationName}, which is ${duration}`
  }

const millis = (minimum: number, maximum: number) =>
  Schema.Int.check(Schema.isBetween({ minimum, maximum })).annotate({
    description: `a whole number of milliseconds from ${minimum} to ${maximum}`
  })

const AutoStart = Schema.optionalKey(
  Schema.NullOr(Schema.Struct({ after: millis(0, 600_000) })).annotate({
    description: "{after}, a whole number of milliseconds from 0 to 600000, or null"
  })
)

const Breaks = Schema.optionalKey(
  Schema.NullOr(
    Schema.Struct({ every: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 20 })), duration: Duration })
  ).annotate({
    description: `{every, duration}: after 1 to 20 turns, for ${DURATION_MIN} to ${DURATION_MAX} milliseconds, or null`
  })
)

const Goal = Schema.optionalKey(
  Schema.NullOr(
    Schema.String.pipe(
      Schema.decodeTo(
        Schema.String.check(Schema.makeFilter(isGoal, { expected: GOAL_ALLOWED })),
        SchemaTransformation.transform({ decode: toName, encode: (goal) => goal })
      )
    )
  ).annotate({ description: GOAL_ALLOWED })
)

const PEOPLE_ALLOWED = `${PEOPLE_MIN} to ${PEOPLE_MAX} different names, in the order in which they drive`

const Names = Schema.Array(Name)

/** The body that creates a room. Other fields are ignored. */
export const NewRoom = Schema.Struct({
  driver: Schema.optionalKey(Schema.NullOr(Name)).annotate({ description: NAME_ALLOWED }),
  navigator: Schema.optionalKey(Schema.NullOr(Name)).annotate({ description: NAME_ALLOWED }),
  timerDuration: Duration,
  timerRemainingTime: Remaining,
  missionUrl: MissionUrl,
  people: Schema.optionalKey(Schema.NullOr(Names)).annotate({ description: PEOPLE_ALLOWED }),
  autoStart: AutoStart,
  breaks: Breaks,
  goal: Goal
}).check(
  Schema.makeFilter(({ driver, navigator, people }) => {
    if (people) return peopleIssue(people, driver, navigator)
    if (!driver) return { path: ["driver"], issue: "Expected a name" }
    if (!navigator) return { path: ["navigator"], issue: "Expected a name" }
    return driver !== navigator || { path: ["navigator"], issue: "Expected another name than the driver's" }
  }),
  Schema.makeFilter((room) =>
    within("timerRemainingTime", room.timerRemainingTime, "timerDuration", room.timerDuration)
  )
)
export type NewRoom = typeof NewRoom.Type

const peopleIssue = (
  people: ReadonlyArray<string>,
  driver: string | null | undefined,
  navigator: string | null | undefined
) => {
  if (people.length < PEOPLE_MIN || people.length > PEOPLE_MAX || new Set(people).size < people.length) {
    return { path: ["people"], issue: `Expected ${PEOPLE_ALLOWED}` }
  }
  if (driver && driver !== people[0]) return { path: ["driver"], issue: "Expected the first of people, or nothing" }
  return (
    !navigator || navigator === people[1] || { path: ["navigator"], issue: "Expected the second of people, or nothing" }
  )
}

/** Returns the names of the people of a new room, in the order in which they drive. */
export const peopleOf = ({ driver, navigator, people }: NewRoom): ReadonlyArray<string> =>
  people ?? [driver ?? "", navigator ?? ""]

/** The body that changes the settings of a room. Null takes a setting away. */
export const RoomSettings = Schema.Struct({ goal: Goal, missionUrl: MissionUrl, autoStart: AutoStart, breaks: Breaks })
export type RoomSettings = typeof RoomSettings.Type

/** The body that adds somebody. */
export const NewPerson = Schema.Struct({ name: Name })

/** The body that gives the people another order. Which names it must hold depends on the room. */
export const Order = Schema.Struct({
  order: Names.annotate({ description: "the names of everybody in the room, each once" })
})

/** The body that changes somebody. */
export const PersonChange = Schema.Struct({
  name: Schema.optionalKey(Schema.NullOr(Name)).annotate({ description: NAME_ALLOWED }),
  away: Schema.optionalKey(Schema.NullOr(Schema.Boolean)).annotate({ description: "true or false" })
})
export type PersonChange = typeof PersonChange.Type

/** Who makes a change. */
export const Author = Schema.Struct({ by: Name })

/** A turn that a program starts, and who is to drive it. */
export const Turn = Schema.Struct({ duration: Duration, user: Schema.optional(Name) })

/** The body that lengthens a period. */
export const Extension = Schema.Struct({ time: millis(1_000, 3_600_000) })

/** The body that begins a break. */
export const NewBreak = Schema.Struct({
  duration: Schema.optionalKey(Schema.NullOr(Duration)).annotate({
    description: `a whole number of milliseconds from ${DURATION_MIN} to ${DURATION_MAX}; null or nothing for the usual length`
  })
})
export type NewBreak = typeof NewBreak.Type

/** The body that sets a timer. */
export const TimerSetting = Schema.Struct({ duration: Duration, remainingTime: Remaining }).check(
  Schema.makeFilter((setting) => within("remainingTime", setting.remainingTime, "duration", setting.duration))
)
export type TimerSetting = typeof TimerSetting.Type

/** The body that completes a room. */
export const Completion = Schema.Struct({
  status: Schema.Literal("COMPLETED").annotate({ description: 'only "COMPLETED" can be asked for' })
})

/** Returns who makes a change, or null. */
export const authorOf = (by: string | null | undefined): Effect.Effect<string | null, BadRequest> =>
  by === undefined || by === null ? Effect.succeed(null) : Effect.map(decode(Author)({ by }), ({ by }) => by)
