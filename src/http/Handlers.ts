/**
 * The handlers of the API: each one gives a request to the rooms, and returns the answer.
 */
import { Effect, Layer } from "effect"
import { type HttpApi, HttpApiBuilder, type HttpApiEndpoint, type HttpApiGroup } from "effect/http-api"
import * as AccessCodes from "../domain/AccessCode.ts"
import { RoomClosed } from "../domain/errors.ts"
import { timerViewOf } from "../domain/RoomView.ts"
import { isName, toName } from "../domain/Name.ts"
import type { NewBreak, NewRoom } from "../domain/RoomInput.ts"
import type { AccessCode } from "../domain/RoomState.ts"
import { toCsv } from "../domain/TurnLog.ts"
import type { CommandOptions } from "../rooms/RoomCommands.ts"
import { Rooms } from "../rooms/Rooms.ts"
import * as AnswerHeaders from "./AnswerHeaders.ts"
import { type Api, DEFAULT_PREFIX, prefixed } from "./Api.ts"
import * as EventStream from "./EventStream.ts"
import * as IfMatch from "./IfMatch.ts"
import * as Input from "./Input.ts"
import { Limits } from "./Limits.ts"
import * as Mob from "./Mob.ts"
import * as RateLimits from "./RateLimits.ts"

/** A request for a command: the room, the condition under which it acts, and who makes it. */
interface CommandRequest {
  readonly params: { readonly accessCode: string }
  readonly headers: { readonly "if-match"?: string }
  readonly query: { readonly by?: string }
}

const command =
  <E>(run: (code: AccessCode, options: CommandOptions) => Effect.Effect<void, E>) =>
  ({ headers, params, query }: CommandRequest) =>
    Effect.flatMap(Input.codeOf(params), (code) =>
      run(code, { ifMatch: IfMatch.parse(headers["if-match"]), by: query.by })
    )

/** A command that a completed room takes too, so that it is never refused with RoomClosed. */
const lateCommand = <E>(run: (code: AccessCode, options: CommandOptions) => Effect.Effect<void, E | RoomClosed>) =>
  command((code, options) =>
    Effect.catchIf(run(code, options), (error): error is RoomClosed => error instanceof RoomClosed, Effect.die)
  )

/** A command with a body. */
const commandWith =
  <Body, E>(run: (code: AccessCode, body: Body, options: CommandOptions) => Effect.Effect<void, E>) =>
  ({ payload, ...request }: CommandRequest & { readonly payload: Body }) =>
    command((code, options) => run(code, payload, options))(request)

const rooms = (api: typeof Api) =>
  HttpApiBuilder.group(
    api,
    "rooms",
    Effect.fnUntraced(function* (handlers) {
      const rooms = yield* Rooms
      const create = Effect.fnUntraced(function* ({
        payload,
        query
      }: Pick<CommandRequest, "query"> & { readonly payload: NewRoom }) {
        const { accessCode } = yield* rooms.create(payload, query)
        yield* AnswerHeaders.set("location", `${api.groups.rooms.endpoints.create.path}/${accessCode}`)
        return { accessCode }
      })
      const get = Effect.fnUntraced(function* ({ params }: Pick<CommandRequest, "params">) {
        const view = yield* rooms.get(yield* Input.codeOf(params))
        yield* AnswerHeaders.set("etag", `"${view.id}"`)
        return view
      })
      const { count } = yield* Limits
      const exists = (code: string) =>
        (AccessCodes.isAccessCode(code) ? rooms.exists(code) : Effect.succeed(false)).pipe(
          Effect.tap((exists) => (exists ? Effect.void : count("unknownCodesPerMinute")))
        )
      return handlers
        .handle("create", create)
        .handle("exists", ({ query }) => Effect.map(exists(query.access_code), (exists) => ({ exists })))
        .handle("get", get)
        .handle("changeSettings", commandWith(rooms.changeSettings))
        .handle(
          "turns",
          Effect.fnUntraced(function* ({ params, query }) {
            const turns = yield* rooms.turns(yield* Input.codeOf(params))
            return query.format === "csv" ? toCsv(turns) : turns
          })
        )
        .handle("swap", command(rooms.swap))
        .handle("complete", lateCommand(rooms.complete))
        .handle("delete", lateCommand(rooms.delete))
    })
  )

const people = (api: typeof Api) =>
  HttpApiBuilder.group(
    api,
    "people",
    Effect.fnUntraced(function* (handlers) {
      const rooms = yield* Rooms
      return handlers
        .handle("addPerson", commandWith(rooms.addPerson))
        .handle("orderPeople", commandWith(rooms.orderPeople))
        .handle("changePerson", (request) =>
          command((code, options) => rooms.changePerson(code, request.params.name, request.payload, options))(request)
        )
        .handle("removePerson", (request) =>
          command((code, options) => rooms.removePerson(code, request.params.name, options))(request)
        )
    })
  )

const timer = (api: typeof Api) =>
  HttpApiBuilder.group(
    api,
    "timer",
    Effect.fnUntraced(function* (handlers) {
      const rooms = yield* Rooms
      return handlers
        .handle("timer", ({ params }) => Effect.map(Effect.flatMap(Input.codeOf(params), rooms.get), timerViewOf))
        .handle("update", commandWith(rooms.update))
        .handle("start", command(rooms.start))
        .handle("stop", command(rooms.pause))
        .handle("reset", command(rooms.reset))
        .handle("next", command(rooms.next))
        .handle("extend", commandWith(rooms.extend))
        .handle(
          "break",
          commandWith((code, body: NewBreak | null, options) => rooms.takeBreak(code, body ?? {}, options))
        )
        .handle("ack", command(rooms.acknowledge))
        .handle("undo", lateCommand(rooms.undo))
    })
  )

const stream = (api: typeof Api) =>
  HttpApiBuilder.group(
    api,
    "stream",
    Effect.fnUntraced(function* (handlers) {
      const rooms = yield* Rooms
      return handlers
        .handleRaw("connect", ({ headers, params, query }) =>
          Effect.flatMap(Input.codeOf(params), (code) =>
            EventStream.response(code, {
              ticks: query.ticks !== "off",
              name: nameOf(query.name),
              lastEventId: headers["last-event-id"] || undefined
            })
          )
        )
        .handle("endStreams", lateCommand(rooms.endStreams))
    })
  )

/** A name that cannot be used is left out. */
const nameOf = (text: string | ReadonlyArray<string> | undefined) =>
  typeof text === "string" && isName(toName(text)) ? toName(text) : undefined

/** The groups of the API. */
type Group = keyof (typeof Api)["groups"]

type MiddlewareOf<Groups> = HttpApiEndpoint.Middleware<
  HttpApiGroup.Endpoints<HttpApiGroup.WithIdentifier<Groups, Group>>
>

/**
 * Returns the handlers of the groups that a program's own API has from ours, as by `addHttpApi(prefixed("/pairs"))`. They are
 * called rooms, people, timer, stream and mob. The middleware that the program has put before them is required.
 */
export const handlers = <Id extends string, Groups extends HttpApiGroup.Constraint>(
  api: HttpApi.HttpApi<Id, Groups> & ([Group] extends [HttpApiGroup.Identifier<Groups>] ? unknown : typeof Api)
) =>
  // The library cannot say that an API has our groups among others: the type of an `HttpApi` is invariant in its groups, and that of its
  // handlers names one API. What runs finds a group by its name, and our groups are the same in both. So the first cast lets the
  // handlers take the API for ours, and the second one names the API and its middleware again in what they return.
  ownHandlers(api as unknown as typeof Api) as unknown as Layer.Layer<
    HttpApiGroup.Service<Id, Group>,
    never,
    | Layer.Services<ReturnType<typeof ownHandlers>>
    | Exclude<MiddlewareOf<Groups>, MiddlewareOf<(typeof Api)["groups"][Group]>>
  >

const ownHandlers = (api: typeof Api) =>
  Layer.mergeAll(rooms(api), people(api), timer(api), stream(api), Mob.layer(api)).pipe(
    Layer.provide([AnswerHeaders.layer, Input.layer, RateLimits.layer])
  )

/** Returns the routes of the API under a prefix, to be mounted into a router. */
export const layer = (options?: { readonly prefix?: string }) => {
  const api = prefixed(options?.prefix ?? DEFAULT_PREFIX)
  return Layer.provide(HttpApiBuilder.layer(api), ownHandlers(api))
}
