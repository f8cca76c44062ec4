/** A Redis that goes away, or does not say all that it should. */
import { Effect } from "effect"
import { anyCluster, type Cluster, cluster } from "../cluster.ts"
import * as Figures from "../figures.ts"
import { sleep, until } from "../time.ts"
import { type Lossy, lossy } from "../lossy.ts"
import { type Run, type Size, underLoad } from "./underLoad.ts"

/** What an instance says of itself, asked all the while. */
interface Answers {
  readonly port: number
  readonly at: number
  readonly ready: number
  readonly healthy: number
}

const statusOf = (port: number, path: string) =>
  fetch(`http://127.0.0.1:${port}${path}`).then(
    async (answer) => (await answer.text(), answer.status),
    () => 0
  )

class Observer {
  readonly answers: Array<Answers> = []
  readonly #ports: ReadonlyArray<number>
  readonly #observing: Promise<unknown>
  #over = false

  constructor(ports: ReadonlyArray<number>) {
    this.#ports = ports
    this.#observing = Promise.all(ports.map((port) => this.#observe(port)))
  }

  /** How long it took, from a time on, until all of them told this of their being ready. */
  until(status: number, from: number): number {
    const told = this.#ports.map((port) =>
      this.answers.find((answers) => answers.port === port && answers.at >= from && answers.ready === status)
    )
    return Math.max(...told.map((answers) => (answers?.at ?? Number.NaN) - from))
  }

  async end(): Promise<void> {
    this.#over = true
    await this.#observing
  }

  async #observe(port: number): Promise<void> {
    while (!this.#over) {
      const [ready, healthy] = await Promise.all([statusOf(port, "/readyz"), statusOf(port, "/healthz")])
      this.answers.push({ port, at: performance.now(), ready, healthy })
      await sleep(100)
    }
  }
}

/** Redis is away for a time, and comes back. */
const outage = (
  title: string,
  leave: (redis: Cluster["redis"]) => Effect.Effect<void>,
  away: (size: Size) => number
) => {
  const come = (redis: Cluster["redis"]) => (title === "killed" ? redis.restart : redis.cont)
  const run: Run = Effect.fnUntraced(function* (size) {
    const { ports, redis } = yield* anyCluster
    return yield* underLoad(size, ports, size.calm + away(size) / 2, async (load) => {
      const observer = new Observer(ports)
      await sleep(300)
      const connections = load.watchers.map(({ stream }) => stream.connections.length)
      const goneAt = performance.now()
      await Effect.runPromise(leave(redis))
      await sleep(away(size))
      const certain = () => load.watchers.filter(({ isUncertain }) => !isUncertain).length
      await until(() => certain() === 0 && observer.until(503, goneAt) > 0, 5_000)
      const neverUncertain = certain()
      await Effect.runPromise(come(redis))
      const backAt = performance.now()
      await until(
        () => load.watchers.every(({ isUncertain }) => !isUncertain) && observer.until(200, backAt) > 0,
        4_000
      )
      await observer.end()
      return () => [
        Figures.some("commands refused meanwhile", load.commander.refused),
        Figures.within("the slowest refusal", load.commander.slowestRefusal, 1_000),
        Figures.within("until /readyz is 503", observer.until(503, goneAt), 2_000),
        Figures.exactly("/healthz other than 200", observer.answers.filter(({ healthy }) => healthy !== 200).length, 0),
        Figures.exactly("streams that do not say that they are not sure", neverUncertain, 0),
        Figures.exactly(
          "streams that were cut",
          load.watchers.filter(({ stream }, index) => stream.connections.length > connections[index]!).length,
          0
        ),
        Figures.within("back: until /readyz is 200", observer.until(200, backAt), 3_000),
        Figures.within(
          "back: until a command is taken",
          Math.min(...load.commander.acknowledged.filter((at) => at > backAt)) - backAt,
          3_000
        ),
        Figures.within(
          "back: the longest that a stream shows what is no longer so",
          Figures.stalest(load, backAt),
          3_000
        ),
        Figures.exactly(
          "streams that still say so at the end",
          load.watchers.filter(({ isUncertain }) => isUncertain).length,
          0
        )
      ]
    })
  })
  return run
}

export const killed = outage(
  "killed",
  (redis) => redis.kill,
  ({ away }) => away / 2
)

export const frozen = outage(
  "frozen",
  (redis) => redis.stop,
  ({ away }) => away
)

/** The connections on which Redis publishes are cut. */
export const unheard: Run = Effect.fnUntraced(function* (size) {
  const { ports, redis } = yield* anyCluster
  return yield* underLoad(size, ports, size.calm, async (load) => {
    let cut = 0
    for (let time = 0; time < 3; time++) {
      cut += Number(await Effect.runPromise(redis.command("CLIENT", "KILL", "TYPE", "pubsub")))
      await sleep(size.calm / 2)
    }
    return () => [
      Figures.some("connections cut", cut),
      Figures.within("the longest that a stream shows what is no longer so", Figures.stalest(load), 2_500)
    ]
  })
})

/** Some of what Redis publishes gets lost. */
export const losing: Run = Effect.fnUntraced(function* (size) {
  const lines: Array<Lossy> = []
  const { ports } = yield* cluster(undefined, (redis) =>
    Effect.map(lossy(redis.port, size.lossEvery), (line) => {
      lines.push(line)
      return `redis://127.0.0.1:${line.port}`
    })
  )
  return yield* underLoad(size, ports, size.calm, async (load) => {
    await sleep(size.calm)
    return () => [
      Figures.some("messages lost", lines[0]?.lost() ?? 0),
      Figures.within("the longest that a stream shows what is no longer so", Figures.stalest(load), 2_500)
    ]
  })
})
