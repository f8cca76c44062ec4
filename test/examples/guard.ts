/** Whole routes behind a program's own authorization, which asks before anything else is done for a request. */
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { MemoryRoomStore, Rooms } from "pairroom"
import { Drain, routes } from "pairroom/http"

const refusal = HttpServerResponse.jsonUnsafe({ _tag: "Unauthorized", message: "sign in first" }, { status: 401 })

/** A cookie, because an `EventSource` sends no header of its own. */
const members = HttpRouter.middleware((httpEffect) =>
  Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ cookies }) =>
    cookies["session"] === "ours" ? httpEffect : Effect.succeed(refusal)
  )
)

/** Only what is provided with the middleware is behind it. */
const Routes = Layer.merge(
  HttpRouter.add("GET", "/", HttpServerResponse.text("Everybody may read this")),
  routes({ prefix: "/pairs" }).pipe(Layer.provide(members.layer))
)

export const App = Drain.onClose.pipe(
  Layer.provideMerge(HttpRouter.serve(Routes)),
  Layer.provide([Drain.layer, Rooms.layer.pipe(Layer.provide(MemoryRoomStore.layer()))])
)
