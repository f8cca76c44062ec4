/** Instances that share a Redis, and one of them dies or stands still. */
import { Effect } from "effect"
import type { EventStream } from "../client.ts"
import { anyCluster } from "../cluster.ts"
import * as Figures from "../figures.ts"
import { sleep, until } from "../time.ts"
import { type Run, underLoad } from "./underLoad.ts"

export const streams: Run = Effect.fnUntraced(function* (size) {
  const { ports } = yield* anyCluster
  return yield* underLoad(size, ports, size.calm, async (load) => {
    await sleep(size.calm)
    return () => {
      const spreads = Figures.spreads(load)
      return [
        Figures.some("ticks of a room on several instances", spreads.length),
        Figures.within("how far apart those are, 99th percentile", Figures.percentile(spreads, 0.99), 20)
      ]
    }
  })
})

/** `kill -9` of one instance. */
export const kill: Run = Effect.fnUntraced(function* (size) {
  const { members, ports } = yield* anyCluster
  return yield* underLoad(size, ports, size.calm + 500, async (load) => {
    const port = ports[0]!
    const hit = load.watchers.filter(({ stream }) => stream.current?.port === port)
    const killedAt = performance.now()
    const backOf = ({ connections }: EventStream) => connections.find(({ openedAt }) => openedAt > killedAt)?.openedAt
    members[0]!.process().signal("SIGKILL")
    await until(() => hit.every(({ stream }) => backOf(stream) !== undefined), 10_000)
    const miscounted = () => load.watchers.filter(({ connections }) => connections !== size.streamsPerRoom)
    await until(() => miscounted().length === 0, 12_000)
    const countedAt = performance.now()
    return () => {
      return [
        Figures.some("streams of the instance", hit.length),
        Figures.within(
          "until they are back",
          Math.max(...hit.map(({ stream }) => (backOf(stream) ?? Number.NaN) - killedAt)),
          5_000
        ),
        Figures.within("the longest that one shows what is no longer so", Figures.stalest(load, killedAt), 5_000),
        Figures.exactly("streams that tell another number of connections", miscounted().length, 0),
        Figures.within("until they told the right one", countedAt - killedAt, 10_000)
      ]
    }
  })
})

/** One instance stands still, and goes on. */
export const freeze: Run = Effect.fnUntraced(function* (size) {
  const { members, ports } = yield* anyCluster
  return yield* underLoad(size, ports, size.calm + size.frozen / 2, async (load) => {
    members[0]!.process().signal("SIGSTOP")
    await sleep(size.frozen)
    members[0]!.process().signal("SIGCONT")
    const awakeAt = performance.now()
    await sleep(1_000)
    return () => [
      Figures.within("after it, the longest that one shows what is no longer so", Figures.stalest(load, awakeAt), 5_000)
    ]
  })
})
