/** What the tests of Redis share. */
import { Clock, Context, Deferred, Duration, Effect, Layer, References, type Scope } from "effect"
import { type AddressInfo, connect, createServer, type Socket } from "node:net"
import { Patience } from "../../../src/store/redis/Connection.ts"
import * as RedisRoomStore from "../../../src/store/redis/RedisRoomStore.ts"
import { RoomStore } from "../../../src/store/RoomStore.ts"

export type Store = RoomStore["Service"]

export const quiet = Effect.provideService(References.MinimumLogLevel, "None")

/** What the store does takes real time, whatever clock a test has. */
export const realTime = Layer.succeed(Clock.Clock, Context.get(Context.empty(), Clock.Clock))

/** Waits in real time until something holds. */
export const until = (holds: () => boolean): Effect.Effect<void> =>
  Effect.promise(async () => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
  })

export interface Proxy {
  readonly url: string
  /** From now on answers are kept back, and the connection is cut instead of the first of them. */
  readonly cutAnswers: Effect.Effect<void>
}

/** A way to a Redis that can be cut in the right moment. */
export const proxyTo = (port: number): Effect.Effect<Proxy, never, Scope.Scope> =>
  Effect.gen(function* () {
    const sockets = new Set<Socket>()
    let cuts = false
    const server = createServer((client) => {
      const redis = connect(port, "127.0.0.1")
      for (const [one, other] of [
        [client, redis],
        [redis, client]
      ] as const) {
        sockets.add(one)
        one.on("error", () => {})
        one.on("close", () => {
          sockets.delete(one)
          other.destroy()
        })
      }
      client.on("data", (data) => redis.write(data))
      redis.on("data", (data) => {
        if (!cuts) return void client.write(data)
        cuts = false
        client.destroy()
      })
    })
    const listening = yield* Deferred.make<void>()
    yield* Effect.acquireRelease(
      Effect.sync(() => server.listen(0, "127.0.0.1", () => Deferred.doneUnsafe(listening, Effect.void))),
      () =>
        Effect.sync(() => {
          server.close()
          for (const socket of sockets) socket.destroy()
        })
    )
    yield* Deferred.await(listening)
    return {
      url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
      cutAnswers: Effect.sync(() => void (cuts = true))
    }
  })

/** On a busy machine a change may come late to Redis, which is not what these tests are about. */
export const patient = { deadline: Duration.seconds(5) }

/** Lets Redis take long for everything else that it is asked for, too. */
export const waiting = Effect.provideService(Patience, { answer: 20_000, start: 60_000 })

/** One instance's store on a Redis, which counts as away as soon as it is late. */
export const hastyStoreAt = (
  url: string,
  options: RedisRoomStore.Options = {}
): Effect.Effect<Store, RedisRoomStore.RedisUnusable, Scope.Scope> =>
  Effect.map(Layer.build(RedisRoomStore.layer({ ...patient, ...options, url })), Context.get(RoomStore)).pipe(quiet)

/** The same, which waits for a Redis that is late. */
export const storeAt: typeof hastyStoreAt = (url, options) => waiting(hastyStoreAt(url, options))
