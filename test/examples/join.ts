/** The rooms in a program's own API: one description, one typed client, and the program's authorization in front of all of it. */
import { Effect, Layer, Redacted, Schema } from "effect"
import { HttpRouter } from "effect/http"
import {
  HttpApi,
  HttpApiBuilder,
  HttpApiEndpoint,
  HttpApiError,
  HttpApiGroup,
  HttpApiMiddleware,
  HttpApiSecurity
} from "effect/http-api"
import { MemoryRoomStore, Rooms } from "pairroom"
import { prefixed } from "pairroom/api"
import { Drain, handlers } from "pairroom/http"

/** A cookie, because an `EventSource` sends no header of its own. */
class Members extends HttpApiMiddleware.Service<Members>()("team/Members", {
  error: HttpApiError.Unauthorized,
  security: { session: HttpApiSecurity.apiKey({ in: "cookie", key: "session" }) }
}) {}

export const TeamApi = HttpApi.make("team")
  .add(HttpApiGroup.make("team").add(HttpApiEndpoint.get("motto", "/motto", { success: Schema.String })))
  .addHttpApi(prefixed("/pairs"))
  .middleware(Members)

const members = Layer.succeed(Members, {
  session: (httpEffect, { credential }) =>
    Redacted.value(credential) === "ours" ? httpEffect : Effect.fail(new HttpApiError.Unauthorized())
})

const team = HttpApiBuilder.group(TeamApi, "team", (all) => all.handle("motto", () => Effect.succeed("Two heads")))

const Handlers = Layer.provide(Layer.merge(team, handlers(TeamApi)), members)

export const App = Drain.onClose.pipe(
  Layer.provideMerge(HttpRouter.serve(HttpApiBuilder.layer(TeamApi).pipe(Layer.provide(Handlers)))),
  Layer.provide([Drain.layer, Rooms.layer.pipe(Layer.provide(MemoryRoomStore.layer()))])
)
