/** The stream of a room at an address of the program's own: the same events, heartbeats and goodbyes as the service's own. */
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { isAccessCode, MemoryRoomStore, Rooms, roomNotFound } from "pairroom"
import { Drain, eventStream } from "pairroom/http"

const none = HttpServerResponse.text("There is no such room", { status: 404 })

const Watch = HttpRouter.add(
  "GET",
  "/watch/:room",
  Effect.gen(function* () {
    const { room = "" } = yield* HttpRouter.params
    const { headers } = yield* HttpServerRequest.HttpServerRequest
    if (!isAccessCode(room)) return yield* roomNotFound()
    return yield* eventStream(room, { ticks: false, lastEventId: headers["last-event-id"] })
  }).pipe(Effect.catchTag("RoomNotFound", () => Effect.succeed(none)))
)

export const App = Drain.onClose.pipe(
  Layer.provideMerge(HttpRouter.serve(Watch)),
  Layer.provide(Drain.layer),
  // Merged, so that the program has the same rooms as its routes.
  Layer.provideMerge(Rooms.layer.pipe(Layer.provide(MemoryRoomStore.layer())))
)
