/** The program of `embed.ts` with the rooms of a service: nothing but the layer is another. */
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Stream } from "effect"
import { RemoteRooms } from "pairroom/client/effect"
import { drivers } from "./embed.ts"

/** Who drives, as the service tells it. When the connection breaks, the stream goes on with the next one. */
export const program = Effect.gen(function* () {
  yield* Stream.runForEach(yield* drivers, (driver) => Console.log(`${driver} drives`))
})

/** A service that cannot be used is the failure `StoreUnavailable`, as a store is that cannot be used. */
export const layer = RemoteRooms.layer({ url: "http://localhost:3000" })

if (import.meta.main) NodeRuntime.runMain(Effect.provide(program, layer))
