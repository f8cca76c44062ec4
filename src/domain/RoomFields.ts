/**
 * The fields of the bodies that clients send.
 */
import { Schema, SchemaTransformation } from "effect"
import { list, sentWith, text } from "./described.ts"
import {
  GOAL_ALLOWED,
  GOAL_CODE_POINTS_MAX,
  isGoal,
  isName,
  isPlain,
  NAME_ALLOWED,
  NAME_CODE_POINTS_MAX,
  toName
} from "./Name.ts"
import { PEOPLE_MAX, PEOPLE_MIN } from "./PeopleCount.ts"
import { AUTO_START_MAX, BREAK_EVERY_MAX, DURATION_MAX, DURATION_MIN } from "./Timer.ts"

const trimmed = (is: (text: string) => boolean, expected: string) =>
  Schema.String.pipe(
    Schema.decodeTo(
      Schema.String.check(Schema.makeFilter(is, { expected })),
      SchemaTransformation.transform({ decode: toName, encode: (text) => text })
    )
  )

/** Returns the field of a name with this description. The name is trimmed and brought into form C, as it is kept. */
export const nameField = (description: string) =>
  trimmed(isName, NAME_ALLOWED)
    .pipe(sentWith({ minLength: 1, maxLength: NAME_CODE_POINTS_MAX }, description, "ann"))
    .annotate({ description })

/** Any name. */
export const Name = nameField(NAME_ALLOWED)

/** A whole number of milliseconds. */
export const millis = (minimum: number, maximum: number, example: number) =>
  Schema.Int.check(Schema.isBetween({ minimum, maximum })).annotate({
    description: `a whole number of milliseconds from ${minimum} to ${maximum}`,
    examples: [example]
  })

export const Duration = millis(DURATION_MIN, DURATION_MAX, 600_000)

export const Remaining = Schema.optionalKey(
  Schema.NullOr(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: DURATION_MAX }))).annotate({
    description: "a whole number of milliseconds from 1 to the duration; the duration if 0, null or left out",
    examples: [300_000]
  })
)

/** The longest address of a mission, in characters. Every event of a room has it. */
const MISSION_URL_MAX = 2_048

const isMissionUrl = (text: string) =>
  text === "" ||
  (text.length <= MISSION_URL_MAX &&
    isPlain(text) &&
    URL.canParse(text) &&
    ["http:", "https:"].includes(new URL(text).protocol))

const URL_ALLOWED = `an http or https URL of at most ${MISSION_URL_MAX} characters, without control and bidirectional control characters`
const MISSION_URL_ALLOWED = `${URL_ALLOWED}, or empty`

export const MissionUrl = Schema.optionalKey(
  Schema.NullOr(
    Schema.Trim.check(Schema.makeFilter(isMissionUrl, { expected: URL_ALLOWED })).pipe(
      sentWith({ maxLength: MISSION_URL_MAX }, MISSION_URL_ALLOWED, "https://example.org/mission")
    )
  ).annotate({ description: MISSION_URL_ALLOWED })
)

export const AutoStart = Schema.optionalKey(
  Schema.NullOr(Schema.Struct({ after: millis(0, AUTO_START_MAX, 30_000) })).annotate({
    description: `{after}, a whole number of milliseconds from 0 to ${AUTO_START_MAX}, or null`
  })
)

export const Breaks = Schema.optionalKey(
  Schema.NullOr(
    Schema.Struct({
      every: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: BREAK_EVERY_MAX })).annotate({ examples: [4] }),
      duration: Duration
    })
  ).annotate({
    description: `{every, duration}: after 1 to ${BREAK_EVERY_MAX} turns, for ${DURATION_MIN} to ${DURATION_MAX} milliseconds, or null`
  })
)

export const Goal = Schema.optionalKey(
  Schema.NullOr(
    trimmed(isGoal, GOAL_ALLOWED).pipe(
      sentWith({ maxLength: GOAL_CODE_POINTS_MAX }, GOAL_ALLOWED, "log in with a passkey")
    )
  ).annotate({ description: GOAL_ALLOWED })
)

export const PEOPLE_ALLOWED = `${PEOPLE_MIN} to ${PEOPLE_MAX} different names, in the order in which they drive`

/** Returns the field of a list of names. The refusal of a list that is too long says that `expected` was expected. */
export const namesField = (expected: string) =>
  list(text(1, NAME_CODE_POINTS_MAX, NAME_ALLOWED, "ann"), PEOPLE_MIN, PEOPLE_MAX, PEOPLE_ALLOWED)
    // Before the names are read: thousands of them would take long.
    .check(Schema.makeFilter((names) => names.length <= PEOPLE_MAX, { expected }))
    .pipe(Schema.decodeTo(Schema.Array(Name)))
