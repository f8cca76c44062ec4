/**
 * The API, declared once: the server, `/openapi.json`, `/docs` and the typed client come from here.
 */
import { HttpApi, OpenApi } from "effect/http-api"
import { VERSION } from "../domain/version.ts"
import { complete } from "./api/Description.ts"
import { AnswerHeaders } from "./api/Middleware.ts"
import { MobGroup } from "./api/MobGroup.ts"
import { PeopleGroup } from "./api/PeopleGroup.ts"
import { RoomGroup } from "./api/RoomGroup.ts"
import { StreamGroup } from "./api/StreamGroup.ts"
import { TimerGroup } from "./api/TimerGroup.ts"

/** The default prefix of the API. */
export const DEFAULT_PREFIX = "/api"

const groups = [RoomGroup, PeopleGroup, TimerGroup, StreamGroup] as const

const annotations = OpenApi.annotations({
  title: "Pairroom",
  version: VERSION,
  description:
    "Keeps the timer of a pair-programming room in step for everyone in it. All times are milliseconds. " +
    "Beside this API, a room has an address for people: `/room/{accessCode}` is its page, with `Accept: text/plain` a line of text, " +
    "with `Accept: text/calendar` a calendar, and `/room/{accessCode}.svg` is a badge.",
  license: { name: "MIT", identifier: "MIT" },
  servers: [{ url: "/", description: "The server that this description comes from" }],
  transform: complete
})

/** The API without its prefix, as a client that knows its base address sees it. */
export class Api extends HttpApi.make("pairroom")
  .add(...groups)
  .add(MobGroup)
  .middleware(AnswerHeaders)
  .annotateMerge(annotations) {}

/** Returns the API under a prefix such as `/api`; `/` means no prefix. The requests of `mob` have none. */
export const prefixed = (prefix: string) =>
  (prefix === "/"
    ? Api
    : HttpApi.make("pairroom")
        .add(...groups)
        .prefix(prefix as `/${string}`)
        .add(MobGroup)
        .middleware(AnswerHeaders)
        .annotateMerge(annotations)) as typeof Api
