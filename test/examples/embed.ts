import { NodeHttpServer, NodeRuntime } from "@effect/platform-node"
import { Effect, Layer, Stream } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { createServer } from "node:http"
import { MemoryRoomStore, Rooms } from "pairroom"
import { Drain, routes } from "pairroom/http"

/** A room of twenty seconds, and who drives after each turn. */
export const drivers = Effect.gen(function* () {
  const rooms = yield* Rooms
  const { accessCode } = yield* rooms.create({ driver: "lemon", navigator: "apple", timerDuration: 20_000 })
  yield* rooms.start(accessCode)
  return rooms.events(accessCode, { ticks: false }).pipe(
    Stream.filter((seen) => seen.event === "room"),
    Stream.map((seen) => seen.data.driver),
    Stream.changes
  )
})

export const layer = Rooms.layer.pipe(Layer.provide(MemoryRoomStore.layer()))

const Home = HttpRouter.add("GET", "/", HttpServerResponse.text("Our own program, with rooms under /pairs"))

export const App = Drain.onClose.pipe(
  Layer.provideMerge(HttpRouter.serve(Layer.merge(Home, routes({ prefix: "/pairs" })))),
  Layer.provide([Drain.layer, layer, NodeHttpServer.layer(createServer, { port: 3000 })])
)

if (import.meta.main) NodeRuntime.runMain(Layer.launch(App))
