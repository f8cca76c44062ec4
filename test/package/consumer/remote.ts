/** A program that uses the rooms of a service; for a browser or Node, without types of Node. */
import { Effect, Stream } from "effect"
import { RemoteRooms, Rooms } from "pairroom/client/effect"

export const drivers = Effect.gen(function* () {
  const rooms = yield* Rooms
  const { accessCode } = yield* rooms.create({ people: ["ann", "bo", "cem"], timerDuration: 600_000 })
  yield* rooms.start(accessCode, { by: "ann" })
  return Stream.runCollect(Stream.take(rooms.events(accessCode, { name: "ann" }), 3))
}).pipe(Effect.flatten, Effect.provide(RemoteRooms.layer({ url: "https://pairs.example" })))
