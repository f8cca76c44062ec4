/**
 * `pairroom health`: does the service live? For the checks of a container.
 */
import { Config, Console, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { FetchHttpClient, HttpClient } from "effect/http"
import { whyOf } from "../remote/Failures.ts"
import * as Target from "./Target.ts"

export const health = Command.make(
  "health",
  {
    url: Target.service.url,
    port: Flag.Int("port").pipe(
      Flag.withDescription("Its port on this machine; PORT by default, else 3000"),
      Flag.withFallbackConfig(Config.Int("PORT")),
      Flag.withDefault(3000)
    )
  },
  Effect.fnUntraced(function* (given) {
    const url = yield* Target.addressOf(Option.orElse(given.url, () => Option.some(`http://127.0.0.1:${given.port}`)))
    const unhealthy = (why: string) => new Target.Unusable({ message: `${url} is not healthy: ${why}` })
    const { status } = yield* HttpClient.get(`${url}/healthz`).pipe(
      Effect.timeoutOption("5 seconds"),
      Effect.mapError((error) => unhealthy(whyOf(error))),
      Effect.flatMap(Option.match({ onNone: () => unhealthy("no answer within 5 s"), onSome: Effect.succeed })),
      Effect.provide(FetchHttpClient.layer)
    )
    if (status !== 200) return yield* unhealthy(`it has answered with ${status}`)
    yield* Console.log(`${url} is healthy`)
  })
).pipe(Command.withDescription("Does the service live? Exit code 0 if so, else 1"))
