/**
 * The handlers for the command `mob` (remotemobprogramming/mob).
 */
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { usableGoal, usableName } from "../domain/Name.ts"
import { Rooms } from "../rooms/Rooms.ts"
import type { Api } from "./Api.ts"
import * as IfMatch from "./IfMatch.ts"
import * as Input from "./Input.ts"

const MINUTE = 60_000

export const layer = (api: typeof Api) =>
  HttpApiBuilder.group(
    api,
    "mob",
    Effect.fnUntraced(function* (handlers) {
      const rooms = yield* Rooms
      return handlers
        .handle(
          "mobTimer",
          Effect.fnUntraced(function* ({ headers, params, payload: { breaktimer, timer, user } }) {
            const code = yield* Input.codeOf(params)
            const options = optionsOf(headers, user)
            yield* typeof timer === "number"
              ? rooms.startTurn(code, { duration: timer * MINUTE, user: options.by }, options)
              : rooms.takeBreak(code, { duration: (breaktimer ?? 1) * MINUTE }, options)
          })
        )
        .handle(
          "mobGoal",
          Effect.fnUntraced(function* ({ params }) {
            const { goal } = yield* rooms.get(yield* Input.codeOf(params))
            return goal === "" ? undefined : { goal }
          })
        )
        .handle("setMobGoal", ({ headers, params, payload }) => setGoal(rooms, params, headers, payload))
        .handle("deleteMobGoal", ({ headers, params, payload }) =>
          setGoal(rooms, params, headers, { user: payload?.user ?? null, goal: "" })
        )
    })
  )

interface Headers {
  readonly "if-match"?: string
}

/** Returns the condition of a command, and who gives it: nobody where the name cannot be used. */
const optionsOf = (headers: Headers, user: string | null | undefined) => ({
  by: usableName(user ?? ""),
  ifMatch: IfMatch.parse(headers["if-match"])
})

const setGoal = Effect.fnUntraced(function* (
  rooms: Rooms["Service"],
  params: { readonly accessCode: string },
  headers: Headers,
  { goal, user }: { readonly goal: string; readonly user?: string | null }
) {
  const code = yield* Input.codeOf(params)
  yield* rooms.changeSettings(code, { goal: usableGoal(goal) }, optionsOf(headers, user))
})
