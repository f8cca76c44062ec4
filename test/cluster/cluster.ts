/** Several instances that share one Redis, gone with the scope that they were started in. */
import { Context, Effect, Layer, Scope } from "effect"
import { address, type Instance, noLimits, start } from "../instance.ts"
import { freePort } from "./port.ts"
import * as Redis from "./redis.ts"

export interface Member {
  readonly port: number
  /** The process that it is now. */
  readonly process: () => Instance
  /** Starts it again, on the same port, and waits until it serves. */
  readonly restart: Effect.Effect<void>
}

type Environment = Readonly<Record<string, string>>

/** An instance that can be started again. */
export const member = Effect.fnUntraced(function* (env: Environment): Effect.fn.Return<Member, never, Scope.Scope> {
  const scope = yield* Effect.scope
  const port = yield* freePort
  const begin = Effect.tap(start({ ...env, PORT: String(port) }), address)
  let process = yield* begin
  return {
    port,
    process: () => process,
    restart: Effect.gen(function* () {
      process = yield* Scope.provide(begin, scope)
    })
  }
})

export interface Cluster {
  readonly redis: Redis.RedisServer
  readonly members: ReadonlyArray<Member>
  readonly ports: ReadonlyArray<number>
}

/** Three instances on one Redis that keeps an append-only file; `env` by the number of the instance. */
export const cluster = Effect.fnUntraced(function* (
  env: (index: number) => Environment = () => ({}),
  through: (redis: Redis.RedisServer) => Effect.Effect<string, never, Scope.Scope> = ({ url }) => Effect.succeed(url)
): Effect.fn.Return<Cluster, never, Scope.Scope> {
  const redis = yield* Redis.start({ appendonly: true })
  const url = yield* through(redis)
  const members = yield* Effect.forEach([0, 1, 2], (index) => member({ ...noLimits, STORE_URL: url, ...env(index) }), {
    concurrency: "unbounded"
  })
  return { redis, members, ports: members.map(({ port }) => port) }
})

const Running = Context.Reference<Cluster | undefined>("pairroom/test/cluster/Running", {
  defaultValue: () => undefined
})

/** A cluster for tests that take turns on it. */
export const running = Layer.effect(Running, cluster())

/** The cluster that runs already, or one for the scope. */
export const anyCluster = Effect.flatMap(Running, (running) =>
  running === undefined ? cluster() : Effect.succeed(running)
)
