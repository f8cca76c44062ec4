/**
 * What the library needs for a stream, with no service around it: a router, a PubSub for each room, and a Stream of each subscription.
 * Nothing is checked, limited or counted.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Effect, Layer, PubSub, Stream } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { createServer } from "node:http"
import { Clocks } from "./rooms.ts"

const clocks = new Clocks<PubSub.PubSub<Uint8Array>>((rooms, remaining) => {
  const event = Buffer.from(`event: remaining-time\ndata: ${remaining}\n\n`)
  for (const room of rooms) PubSub.publishUnsafe(room, event)
})

const stream = Effect.fnUntraced(function* ({ url }: { readonly url: string }) {
  const { endsAt, streams } = clocks.room(url)
  const [room = yield* PubSub.sliding<Uint8Array>(32)] = streams
  streams.add(room)
  const subscription = yield* PubSub.subscribe(room)
  const frames = Stream.fromSubscription(subscription)
  return HttpServerResponse.stream(
    Stream.prepend(frames, [Buffer.from(`event: room\ndata: {"endsAt":${endsAt}}\n\n`)]),
    {
      contentType: "text/event-stream",
      headers: { "cache-control": "no-cache, no-transform" }
    }
  )
})

const routes = HttpRouter.add("GET", "/:room/:deadline", stream)

HttpRouter.serve(routes, { disableLogger: true, disableListenLog: true }).pipe(
  Layer.provide(NodeHttpServer.layer(() => createServer(), { host: "127.0.0.1", port: Number(process.env["PORT"]) })),
  Layer.launch,
  NodeRuntime.runMain
)
