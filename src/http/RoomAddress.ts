/**
 * A room's address outside of the API: `/room/{accessCode}` is the page, a line of text or a calendar, whatever the client takes, and
 * `/room/{accessCode}.svg` a badge. Who asks for them does not watch the room: nobody is counted as connected.
 */
import { Effect } from "effect"
import { Headers, HttpRouter, type HttpServerRequest, HttpServerResponse } from "effect/http"
import { roomNotFound, type RoomNotFound, type StoreUnavailable, type TooManyRequests } from "../domain/errors.ts"
import type { RoomView } from "../domain/RoomView.ts"
import type { AccessCode } from "../domain/RoomState.ts"
import { Rooms } from "../rooms/Rooms.ts"
import { NO_STORE, RETRY_AFTER } from "./AnswerHeaders.ts"
import { statusOf } from "./api/errors.ts"
import * as Input from "./Input.ts"
import * as Limits from "./Limits.ts"
import * as Pages from "./Pages.ts"
import * as Badge from "./room/Badge.ts"
import * as Calendar from "./room/Calendar.ts"
import { type Form, formFor } from "./room/Form.ts"
import { lineOf } from "./room/Line.ts"

/** The address of the page. */
export const PATH = "/room/:accessCode" as const
export const BADGE_PATH = "/room/:accessCode.svg" as const

/** Why a room is not shown at its address. */
type AddressRefusal = RoomNotFound | TooManyRequests | StoreUnavailable

/** A form that is written from the room alone, and what it shows for a refusal. */
interface Written {
  readonly contentType: string
  readonly of: (room: RoomView) => string
  readonly refusal: (error: AddressRefusal) => string
}

const WRITTEN: Readonly<Record<Exclude<Form, "page">, Written>> = {
  line: {
    contentType: "text/plain; charset=utf-8",
    of: (room) => `${lineOf(room)}\n`,
    refusal: ({ message }) => `${message}\n`
  },
  calendar: {
    contentType: "text/calendar; charset=utf-8",
    of: Calendar.calendarOf,
    refusal: Calendar.withoutEvent
  }
}

/** What a badge says in place of the time. */
const REFUSED: Readonly<Record<AddressRefusal["_tag"], string>> = {
  RoomNotFound: "not found",
  TooManyRequests: "too many requests",
  StoreUnavailable: "not available"
}

const BADGE: Written = {
  contentType: "image/svg+xml",
  of: (room) => Badge.toSvg(Badge.badgeOf(room)),
  refusal: ({ _tag, message }) =>
    Badge.toSvg({ label: "room", value: REFUSED[_tag], colour: Badge.QUIET, title: message })
}

/** Returns the routes, with the page as it was built. */
export const layer = (page: Pages.Page) =>
  HttpRouter.use(
    Effect.fnUntraced(function* (router) {
      const rooms = yield* Rooms
      const { count } = yield* Limits.Limits

      /** Looks for the room that the path names. A code that no room has counts for its limit. */
      const find = <A>(look: (code: AccessCode) => Effect.Effect<A, RoomNotFound | StoreUnavailable>) =>
        HttpRouter.params.pipe(
          Effect.flatMap(({ accessCode = "" }) => Input.codeOf({ accessCode })),
          Effect.flatMap(look),
          Effect.tapErrorTag("RoomNotFound", () => count("unknownCodesPerMinute"))
        )

      const write = ({ contentType, of, refusal }: Written) =>
        Effect.match(find(rooms.get), {
          onSuccess: (room) => respond(200, contentType, of(room)),
          onFailure: (error) => respond(statusOf(error), contentType, refusal(error))
        })

      const answer = Pages.answersOf(page)
      const isThere = find((code) => Effect.filterOrFail(rooms.exists(code), (exists) => exists, roomNotFound))
      /** The page says itself what is wrong. While the store is away it comes all the same, to be there when the room is back. */
      const show = (request: HttpServerRequest.HttpServerRequest) =>
        Effect.match(isThere, {
          onSuccess: () => answer(request),
          onFailure: (error) =>
            error._tag === "StoreUnavailable"
              ? answer(request)
              : asRefusal(statusOf(error), answer(withoutCondition(request)))
        })

      const forms = { page: show, line: () => write(WRITTEN.line), calendar: () => write(WRITTEN.calendar) }
      yield* router.add("GET", PATH, (request) =>
        Effect.map(forms[formFor(request.headers["accept"])](request), variesByAccept)
      )
      yield* router.add("GET", BADGE_PATH, write(BADGE))
    })
  )

const respond = (status: number, contentType: string, body: string) =>
  HttpServerResponse.text(body, {
    status,
    contentType,
    headers: { ...NO_STORE, ...(status === 503 ? { "retry-after": RETRY_AFTER } : {}) }
  })

const variesByAccept = (response: HttpServerResponse.HttpServerResponse) => {
  const { vary } = response.headers
  return HttpServerResponse.setHeader(response, "vary", vary === undefined ? "Accept" : `Accept, ${vary}`)
}

/** A browser may have the page of another status, and must not be told that nothing has changed. */
const withoutCondition = ({ headers }: HttpServerRequest.HttpServerRequest) => ({
  headers: Headers.remove(headers, "if-none-match")
})

const asRefusal = (status: number, page: HttpServerResponse.HttpServerResponse) =>
  page.pipe(
    HttpServerResponse.setStatus(status),
    HttpServerResponse.removeHeader("etag"),
    HttpServerResponse.setHeaders(NO_STORE)
  )
