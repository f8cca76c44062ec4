/**
 * The bodies that clients send, and the refusals of bodies that are wrong.
 */
import { Effect, Schema, SchemaAST, SchemaIssue, SchemaTransformation } from "effect"
import { BadRequest } from "./errors.ts"
import { isName, NAME_ALLOWED, toName } from "./Name.ts"
import { DURATION_MAX, DURATION_MIN } from "./Timer.ts"

const Name = Schema.String.pipe(
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

/** The body that creates a room. Other fields are ignored. */
export const NewRoom = Schema.Struct({
  driver: Name,
  navigator: Name,
  timerDuration: Duration,
  timerRemainingTime: Remaining,
  missionUrl: MissionUrl
}).check(
  Schema.makeFilter(
    ({ driver, navigator }) =>
      driver !== navigator || { path: ["navigator"], issue: "Expected another name than the driver's" }
  ),
  Schema.makeFilter((room) =>
    within("timerRemainingTime", room.timerRemainingTime, "timerDuration", room.timerDuration)
  )
)
export type NewRoom = typeof NewRoom.Type

/** The body that sets a timer. */
export const TimerSetting = Schema.Struct({ duration: Duration, remainingTime: Remaining }).check(
  Schema.makeFilter((setting) => within("remainingTime", setting.remainingTime, "duration", setting.duration))
)
export type TimerSetting = typeof TimerSetting.Type

/** The body that completes a room. */
export const Completion = Schema.Struct({
  status: Schema.Literal("COMPLETED").annotate({ description: 'only "COMPLETED" can be asked for' })
})

const issuesOf = SchemaIssue.makeFormatterStandardSchemaV1()

/**
 * Checks what a client sent. The refusal names the field, the value and what is allowed.
 */
export const decode = <S extends Schema.ConstraintDecoder<unknown> & { readonly fields: Schema.Struct.Fields }>(
  schema: S
): ((input: unknown) => Effect.Effect<S["Type"], BadRequest>) => {
  const decoded = Schema.decodeUnknownEffect(schema)
  return (input) => Effect.mapError(decoded(input), (error) => badRequest(schema.fields, input, error.issue))
}

/** Returns the refusal of `input`, from what a schema with these fields has found. */
export const badRequest = (fields: Schema.Struct.Fields, input: unknown, issue: SchemaIssue.Issue): BadRequest => {
  const found = firstOf(issue)
  const [only, ...others] = Object.keys(fields)
  // A body with one field of one value is refused as a whole. The field is what is wrong all the same.
  const isField =
    found.name === undefined &&
    others.length === 0 &&
    typeof input === "object" &&
    input !== null &&
    !Array.isArray(input)
  const name = isField ? only : found.name
  const message = isField ? "expected another value" : found.message
  if (name === undefined) {
    return new BadRequest({ message: `body: expected a JSON object with ${Object.keys(fields).join(", ")}` })
  }
  const field = fields[name]
  const allowed = (field && SchemaAST.resolveDescription(field.ast)) ?? ""
  const expected = message.includes(allowed) ? message : `${message} (${allowed})`
  return new BadRequest({ message: `${name}: ${expected}, got ${shown((input as Record<string, unknown>)[name])}` })
}

/** Returns the first field that was wrong, and what was wrong with it. */
export const messageOf = (issue: SchemaIssue.Issue): string => {
  const { name, message } = firstOf(issue)
  return name === undefined ? message : `${name}: ${message}`
}

const firstOf = (issue: SchemaIssue.Issue) => {
  const [first] = issuesOf(issue).issues
  const [segment] = first?.path ?? []
  return {
    name: segment === undefined ? undefined : String(typeof segment === "object" ? segment.key : segment),
    message: first?.message ?? ""
  }
}

/** Returns a value as JSON for a message, cut to a length that a person reads. */
export const shown = (value: unknown): string => {
  const characters = [...textOf(value)]
  return characters.length > SHOWN_MAX ? `${characters.slice(0, SHOWN_MAX).join("")}…` : characters.join("")
}

const SHOWN_MAX = 60

const textOf = (value: unknown): string => {
  if (value === undefined) return "nothing"
  // JSON has no text for Infinity, which is what a too large number becomes.
  if (typeof value === "number") return String(value)
  try {
    return JSON.stringify(value)
  } catch {
    return "something nested too deep to show"
  }
}
