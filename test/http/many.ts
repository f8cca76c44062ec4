/** What the tests of rooms of many people share. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { type Answer, brief, call, open, watch } from "./harness.ts"

export const MINUTE = 60_000

/** Three people with ten minutes, in the fields of a new room. */
export const three = { people: ["ann", "bo", "cleo"], driver: null, navigator: null }

export const view = (code: string) => Effect.map(call("GET", `/api/pair-room/${code}`), ({ json }) => json)

export const turnsOf = (code: string) => Effect.map(call("GET", `/api/pair-room/${code}/turns`), ({ json }) => json)

export const patch = (path: string, body?: unknown) => call("PATCH", `/api/${path}`, body === undefined ? {} : { body })

/** A request for the people of a room. */
export const people = (
  method: string,
  code: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {}
) => call(method, `/api/pair-room/${code}/people${path}`, { headers, ...(body === undefined ? {} : { body }) })

export const refusal = ({ json, status }: Answer) => [status, json._tag]

/** Opens a room of three, and watches it. `press` sends a command, and gives the events of it. */
export const room = Effect.fn(function* (fields: object = {}) {
  const code = yield* open({ ...three, ...fields })
  const { take } = yield* watch(`/api/${code}/connect?ticks=off`)
  /** Waits for so many events, heartbeats not counted. */
  const next = Effect.fnUntraced(function* (count: number) {
    const events: Array<string> = []
    while (events.length < count) {
      for (const event of yield* take(1)) if (event.event !== "heartbeat") events.push(brief(event))
    }
    return events
  })
  yield* next(3)
  const press = Effect.fnUntraced(function* (path: string, count: number, body?: unknown) {
    const answer = yield* patch(path.replace("CODE", code), body)
    assert.strictEqual(answer.status, 204, answer.text)
    return yield* next(count)
  })
  return { code, press, stream: { next }, view: view(code) }
})
