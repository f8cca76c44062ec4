/**
 * The rooms of a service, over HTTP: the same service `Rooms` that a program has for rooms of its own process. It changes from one to
 * the other by another layer.
 */
import { Context, Effect, Layer } from "effect"
import { FetchHttpClient, HttpClient } from "effect/http"
import { HttpApiClient } from "effect/http-api"
import type { Condition } from "../domain/Commands.ts"
import { BadRequest, roomNotFound, type RoomNotFound, StoreUnavailable } from "../domain/errors.ts"
import * as AccessCodes from "../domain/AccessCode.ts"
import * as BadInput from "../domain/BadInput.ts"
import * as RoomInput from "../domain/RoomInput.ts"
import type { AccessCode } from "../domain/RoomState.ts"
import { DEFAULT_PREFIX, prefixed } from "../http/Api.ts"
import type { CommandOptions } from "../rooms/RoomCommands.ts"
import type { Rooms as RoomsService } from "../rooms/Rooms.ts"
import * as Failures from "./Failures.ts"
import * as RemoteEvents from "./RemoteEvents.ts"

/** The service `Rooms` by its key. So a browser that has only remote rooms does not load the others with it. */
export const Rooms: Context.Service<RoomsService, RoomsService["Service"]> = Context.Service("pairroom/rooms/Rooms")

export interface RemoteOptions {
  /** The address of the service, such as `https://pair.example`. */
  readonly url: string
  /** The prefix of its API: `/api` by default, `/` for none. */
  readonly prefix?: string | undefined
}

/** The rooms of the service at `url`, by the program's own `HttpClient`. A service that cannot be used is `StoreUnavailable`. */
export const layerNoDeps = (options: RemoteOptions): Layer.Layer<RoomsService, never, HttpClient.HttpClient> =>
  Layer.effect(
    Rooms,
    Effect.suspend(() => make(options))
  )

/** The rooms of the service at `url`, by `fetch`. */
export const layer = (options: RemoteOptions): Layer.Layer<RoomsService> =>
  Layer.provide(layerNoDeps(options), FetchHttpClient.layer)

/** Why any command may be refused. */
const REFUSALS = ["RoomNotFound", "BadRequest", "RoomClosed", "Stale"] as const

const MINUTE = 60_000

const make = Effect.fnUntraced(function* ({ prefix = DEFAULT_PREFIX, url }: RemoteOptions) {
  const baseUrl = url.replace(/\/+$/, "")
  const client = yield* HttpApiClient.make(prefixed(prefix), { baseUrl })
  const events = yield* RemoteEvents.make(baseUrl, prefix)
  const reading = Failures.reading(baseUrl)
  const changing = Failures.changing(baseUrl)
  const read = reading("RoomNotFound")
  const refused = changing(...REFUSALS)

  const get = Effect.fn("Rooms.get")(function* (typed: AccessCode) {
    return yield* read(client.rooms.get({ params: { accessCode: yield* codeOf(typed) } }))
  })

  /** If there is no such room, that is what to report, and not what is wrong with the input. */
  const checked = <A>(code: AccessCode, input: Effect.Effect<A, BadRequest>) => Effect.tapError(input, () => get(code))

  /** Everything of a command but its body. */
  const requestOf = Effect.fnUntraced(function* (typed: AccessCode, { by, ifMatch }: CommandOptions = {}) {
    const accessCode = yield* codeOf(typed)
    const author = yield* checked(accessCode, RoomInput.authorOf(by))
    return {
      params: { accessCode },
      headers: ifMatch === undefined ? {} : { "if-match": toHeader(ifMatch) },
      query: author === null ? {} : { by: author }
    }
  })

  const personOf = (code: AccessCode, name: string, options?: CommandOptions) =>
    Effect.map(requestOf(code, options), ({ params, ...request }) => ({ ...request, params: { ...params, name } }))

  type Request = Effect.Success<ReturnType<typeof requestOf>>

  const command = <E>(name: string, send: (request: Request) => Effect.Effect<void, E>) =>
    Effect.fn(`Rooms.${name}`)((code: AccessCode, options?: CommandOptions) =>
      Effect.flatMap(requestOf(code, options), send)
    )

  const commandWith = <Input, A, E>(
    name: string,
    decode: (input: Input) => Effect.Effect<A, BadRequest>,
    send: (request: Request, input: A) => Effect.Effect<void, E>
  ) =>
    Effect.fn(`Rooms.${name}`)((code: AccessCode, input: Input, options?: CommandOptions) =>
      Effect.flatMap(checked(code, decode(input)), (decoded) =>
        Effect.flatMap(requestOf(code, options), (request) => send(request, decoded))
      )
    )

  const { mob, people, rooms, stream, timer } = client
  return Rooms.of({
    create: Effect.fn("Rooms.create")(function* (input, options = {}) {
      const by = yield* RoomInput.authorOf(options.by)
      const payload = yield* BadInput.decode(RoomInput.NewRoom)(input)
      const query = by === null ? {} : { by }
      const { accessCode } = yield* changing("BadRequest")(rooms.create({ payload, query }))
      return yield* Effect.catchTags(get(accessCode), {
        RoomNotFound: () => Failures.unavailable(baseUrl, "the new room is gone already"),
        StoreUnavailable: ({ message }) => new StoreUnavailable({ message: `${message}; the room was made` })
      })
    }),
    get,
    exists: Effect.fn("Rooms.exists")(function* (code) {
      return (yield* reading()(rooms.exists({ query: { access_code: code } }))).exists
    }),
    turns: Effect.fn("Rooms.turns")(function* (code) {
      const turns = yield* read(rooms.turns({ params: { accessCode: yield* codeOf(code) }, query: {} }))
      return typeof turns === "string" ? yield* Failures.unavailable(baseUrl, "it has answered with CSV") : turns
    }),
    events: (code, options) => events(code, options),
    start: command("start", (request) => refused(timer.start(request))),
    pause: command("pause", (request) => refused(timer.stop(request))),
    reset: command("reset", (request) => refused(timer.reset(request))),
    update: commandWith("update", BadInput.decode(RoomInput.TimerSetting), (request, payload) =>
      refused(timer.update({ ...request, payload }))
    ),
    swap: Effect.fn("Rooms.swap")(function* (code, options) {
      // A swap for any state is one that was not asked for by an old client after a finish.
      const ifMatch = options?.ifMatch ?? (options?.afterFinish === true ? "*" : undefined)
      yield* refused(rooms.swap(yield* requestOf(code, { ...options, ifMatch })))
    }),
    next: command("next", (request) => refused(timer.next(request))),
    extend: commandWith("extend", BadInput.decode(RoomInput.Extension), (request, payload) =>
      refused(timer.extend({ ...request, payload }))
    ),
    takeBreak: commandWith("takeBreak", BadInput.decode(RoomInput.NewBreak), (request, payload) =>
      refused(timer.break({ ...request, payload }))
    ),
    acknowledge: command("acknowledge", (request) => refused(timer.ack(request))),
    undo: command("undo", (request) => changing(...REFUSALS, "NothingToUndo")(timer.undo(request))),
    startTurn: commandWith("startTurn", inMinutes, ({ headers, params }, { duration, user = "" }) =>
      refused(mob.mobTimer({ headers, params, payload: { timer: duration / MINUTE, user } }))
    ),
    addPerson: commandWith("addPerson", BadInput.decode(RoomInput.NewPerson), (request, payload) =>
      changing(...REFUSALS, "RoomFull")(people.addPerson({ ...request, payload }))
    ),
    orderPeople: commandWith("orderPeople", BadInput.decode(RoomInput.Order), (request, payload) =>
      refused(people.orderPeople({ ...request, payload }))
    ),
    changePerson: Effect.fn("Rooms.changePerson")(function* (code, name, input, options) {
      const payload = yield* checked(code, BadInput.decode(RoomInput.PersonChange)(input))
      const request = yield* personOf(code, name, options)
      yield* changing(...REFUSALS, "PersonNotFound", "NameTaken")(people.changePerson({ ...request, payload }))
    }),
    removePerson: Effect.fn("Rooms.removePerson")(function* (code, name, options) {
      const request = yield* personOf(code, name, options)
      yield* changing(...REFUSALS, "PersonNotFound", "TooFewPeople")(people.removePerson(request))
    }),
    changeSettings: commandWith("changeSettings", BadInput.decode(RoomInput.SettingsChange), (request, payload) =>
      refused(rooms.changeSettings({ ...request, payload }))
    ),
    complete: command("complete", (request) =>
      refused(rooms.complete({ ...request, payload: { status: "COMPLETED" } }))
    ),
    endStreams: command("endStreams", (request) => refused(stream.endStreams(request))),
    delete: command("delete", (request) => refused(rooms.delete(request)))
  })
})

/** A text that can be no access code is not sent. */
const codeOf = (code: AccessCode): Effect.Effect<AccessCode, RoomNotFound> =>
  AccessCodes.isAccessCode(code) ? Effect.succeed(code) : Effect.fail(roomNotFound())

/** `If-Match` as in RFC 9110, section 13.1.1. */
const toHeader = (condition: Condition): string =>
  condition === "*" ? condition : condition.map((id) => `"${id}"`).join(", ")

/** Over HTTP it is the request of the command `mob`, which knows whole minutes alone. */
const inMinutes = Effect.fnUntraced(function* (input: typeof RoomInput.Turn.Encoded) {
  const turn = yield* BadInput.decode(RoomInput.Turn)(input)
  if (turn.duration % MINUTE !== 0) {
    return yield* new BadRequest({
      message: `duration: expected a whole number of minutes in milliseconds, got ${turn.duration}`
    })
  }
  return turn
})
