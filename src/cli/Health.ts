/**
 * `pairroom health`: does the service live? For the checks of a container.
 */
import { Config, Console, Data, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { FetchHttpClient, HttpClient } from "effect/http"
import { whyOf } from "../remote/Failures.ts"
import * as Flags from "./Flags.ts"
import * as Target from "./Target.ts"

/** The service does not live, or cannot be reached. */
export class Unhealthy extends Data.TaggedError("Unhealthy")<{ readonly message: string }> {}

const PORT_MAX = 65_535

const portOf = (typed: string): Option.Option<number> =>
  /^\d{1,5}$/.test(typed) && Number(typed) >= 1 && Number(typed) <= PORT_MAX
    ? Option.some(Number(typed))
    : Option.none()

const here = (port: number) => `http://127.0.0.1:${port}`

export const health = Command.make(
  "health",
  {
    ...Flags.service,
    port: Flag.String("port").pipe(
      Flag.withMetavar("PORT"),
      Flag.withDescription(
        "Port of a service on this machine; where PAIRROOM_URL is not set, PORT by default, else 3000"
      ),
      Flag.filterMap(portOf, () => `a whole number from 1 to ${PORT_MAX}`),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* (given) {
    // What was typed goes before the variables.
    const usual = yield* Effect.option(Config.String("PAIRROOM_URL"))
    const port = Option.getOrElse(yield* Effect.option(Config.Int("PORT")), () => 3000)
    const url = yield* Target.addressOf(
      (yield* Flags.typedUrl(given.url)).pipe(
        Option.orElse(() => Option.map(given.port, here)),
        Option.orElse(() => usual),
        Option.orElse(() => Option.some(here(port)))
      )
    )
    const unhealthy = (why: string) => new Unhealthy({ message: `${url} is not healthy: ${why}` })
    const { status } = yield* HttpClient.get(`${url}/healthz`).pipe(
      Effect.timeoutOption("5 seconds"),
      Effect.mapError((error) => unhealthy(whyOf(error))),
      Effect.flatMap(Option.match({ onNone: () => unhealthy("no answer within 5 s"), onSome: Effect.succeed })),
      Effect.provide(FetchHttpClient.layer)
    )
    if (status !== 200) return yield* unhealthy(`it has answered with ${status}`)
    yield* Console.log(`${url} is healthy`)
  })
).pipe(Command.withDescription("Ask whether the service lives: exit code 0 if it does, else 1"), Flags.withUrl)
