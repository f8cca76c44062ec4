/**
 * The bodies that clients send.
 */
import { Effect, Schema } from "effect"
import { decode } from "./BadInput.ts"
import type { BadRequest } from "./errors.ts"
import { lookOf, NAME_ALLOWED } from "./Name.ts"
import { PEOPLE_MAX, PEOPLE_MIN } from "./PeopleCount.ts"
import {
  AutoStart,
  Breaks,
  Duration,
  Goal,
  millis,
  MissionUrl,
  Name,
  namesField,
  PEOPLE_ALLOWED,
  Remaining
} from "./RoomFields.ts"
import { DURATION_MAX, DURATION_MIN } from "./Timer.ts"

/** The people of the examples. */
const [ann, bo, cem] = ["ann", "bo", "cem"] as const

const within = (remainingName: string, remaining: number | null | undefined, durationName: string, duration: number) =>
  (remaining ?? 0) <= duration || {
    path: [remainingName],
    issue: `Expected at most ${durationName}, which is ${duration}`
  }

/** Examples of new rooms. */
export const NEW_ROOMS = {
  mob: {
    people: [ann, bo, cem],
    timerDuration: 900_000,
    breaks: { every: 4, duration: 300_000 },
    goal: "log in with a passkey"
  },
  pair: { driver: ann, navigator: bo, timerDuration: 600_000 }
} as const

/** The body that creates a room. Other fields are ignored. */
export const NewRoom = Schema.Struct({
  driver: Schema.optionalKey(Schema.NullOr(Name)).annotate({ description: NAME_ALLOWED }),
  navigator: Schema.optionalKey(Schema.NullOr(Name)).annotate({ description: NAME_ALLOWED }),
  timerDuration: Duration,
  timerRemainingTime: Remaining,
  missionUrl: MissionUrl,
  people: Schema.optionalKey(Schema.NullOr(namesField(PEOPLE_ALLOWED))).annotate({ description: PEOPLE_ALLOWED }),
  autoStart: AutoStart,
  breaks: Breaks,
  goal: Goal
})
  .pipe(
    Schema.annotateEncoded({
      description: "A new room: its people, by `people` or by `driver` and `navigator`, and its timer.",
      examples: [NEW_ROOMS.mob, NEW_ROOMS.pair]
    })
  )
  .check(
    Schema.makeFilter(({ driver, navigator, people }) => {
      if (people) return peopleIssue(people, driver, navigator)
      if (!driver) return { path: ["driver"], issue: "Expected a name" }
      if (!navigator) return { path: ["navigator"], issue: "Expected a name" }
      return (
        lookOf(driver) !== lookOf(navigator) || {
          path: ["navigator"],
          issue: "Expected another name than the driver's"
        }
      )
    }),
    Schema.makeFilter((room) =>
      within("timerRemainingTime", room.timerRemainingTime, "timerDuration", room.timerDuration)
    )
  )
  .annotate({ identifier: "NewRoom" })
export type NewRoom = typeof NewRoom.Type

const peopleIssue = (
  people: ReadonlyArray<string>,
  driver: string | null | undefined,
  navigator: string | null | undefined
) => {
  if (people.length < PEOPLE_MIN || people.length > PEOPLE_MAX || new Set(people.map(lookOf)).size < people.length) {
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
export const SettingsChange = Schema.Struct({
  goal: Goal,
  missionUrl: MissionUrl,
  autoStart: AutoStart,
  breaks: Breaks
}).pipe(
  Schema.annotateEncoded({
    identifier: "RoomSettings",
    description: "The settings that change. Null takes one away; what is left out stays.",
    examples: [{ goal: "log in with a passkey", breaks: { every: 4, duration: 600_000 }, autoStart: null }]
  })
)
export type SettingsChange = typeof SettingsChange.Type

/** The body that adds somebody. */
export const NewPerson = Schema.Struct({ name: Name }).pipe(
  Schema.annotateEncoded({ identifier: "NewPerson", description: "Who joins the room.", examples: [{ name: cem }] })
)

const ORDER_ALLOWED = "the names of everybody in the room, each once"

/** The body that gives the people another order. Which names it must hold depends on the room. */
export const Order = Schema.Struct({
  order: namesField(ORDER_ALLOWED).annotate({ description: ORDER_ALLOWED })
}).pipe(
  Schema.annotateEncoded({
    identifier: "Order",
    description: "The names of everybody in the room, each once, in their new order.",
    examples: [{ order: [bo, ann, cem] }]
  })
)

/** The body that changes somebody. */
export const PersonChange = Schema.Struct({
  name: Schema.optionalKey(Schema.NullOr(Name)).annotate({ description: NAME_ALLOWED }),
  away: Schema.optionalKey(Schema.NullOr(Schema.Boolean)).annotate({ description: "true or false" })
}).pipe(
  Schema.annotateEncoded({
    identifier: "PersonChange",
    description: "What changes about somebody.",
    examples: [{ away: true }]
  })
)
export type PersonChange = typeof PersonChange.Type

/** Who makes a change. */
const decodeAuthor = decode(Schema.Struct({ by: Name }))

/** A turn that a program starts, and who is to drive it. */
export const Turn = Schema.Struct({ duration: Duration, user: Schema.optional(Name) })

/** The body that lengthens a period. */
export const Extension = Schema.Struct({ time: millis(1_000, 3_600_000, 120_000) }).annotate({
  identifier: "Extension",
  description: "How much more time there is.",
  examples: [{ time: 120_000 }]
})

/** The body that begins a break. */
export const NewBreak = Schema.Struct({
  duration: Schema.optionalKey(Schema.NullOr(Duration)).annotate({
    description: `a whole number of milliseconds from ${DURATION_MIN} to ${DURATION_MAX}; null or nothing for the usual length`,
    examples: [300_000]
  })
}).annotate({
  identifier: "NewBreak",
  description: "How long the break is.",
  examples: [{ duration: 300_000 }]
})
export type NewBreak = typeof NewBreak.Type

/** The body that sets a timer. */
export const TimerSetting = Schema.Struct({ duration: Duration, remainingTime: Remaining })
  .annotate({
    description: "The length of turns, and what is left of the present one.",
    examples: [{ duration: 900_000, remainingTime: 300_000 }]
  })
  .check(Schema.makeFilter((setting) => within("remainingTime", setting.remainingTime, "duration", setting.duration)))
  .annotate({ identifier: "TimerSetting" })
export type TimerSetting = typeof TimerSetting.Type

/** The body that completes a room. */
export const Completion = Schema.Struct({
  status: Schema.Literal("COMPLETED").annotate({ description: '"COMPLETED", the only status that can be asked for' })
}).annotate({ identifier: "Completion", description: "The end of the room.", examples: [{ status: "COMPLETED" }] })

/** Returns who makes a change, or null. */
export const authorOf = (by: string | null | undefined): Effect.Effect<string | null, BadRequest> =>
  by === undefined || by === null ? Effect.succeed(null) : Effect.map(decodeAuthor({ by }), ({ by }) => by)
