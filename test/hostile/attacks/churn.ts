/** 100,000 streams opened and ended in seven ways: nothing of them is left. */
import { Effect } from "effect"
import { atMost, exactly, within } from "../../cluster/figures.ts"
import { sleep } from "../../cluster/time.ts"
import { type Attack, scaled } from "../attack.ts"
import { churn as open, LIFETIME, ways } from "../churn.ts"
import { start } from "../service.ts"

const COUNT = 100_000

/** What is opened before anything is counted, so that caches are full. */
const WARM = 2_100

/** Within this time everything has to be as before, in milliseconds. */
const BACK = 60_000

const MIB = 1_048_576

/** What the heap may have grown by, in MiB. */
const GROWTH = 8

export const churn: Attack = Effect.fnUntraced(function* (size) {
  const service = yield* start({ STREAM_LIFETIME: LIFETIME, HEARTBEAT_INTERVAL: "1 second" })
  return yield* Effect.promise(async () => {
    await open(service.port, WARM)
    await sleep(BACK)
    const before = {
      descriptors: await service.descriptors(),
      gauges: await service.gauges(),
      rooms: await service.rooms(),
      heap: await service.heap()
    }
    const { rooms, streams, wrong } = await open(service.port, scaled(size, COUNT))
    const end = performance.now()

    /** The gauges that are above what they were. */
    const above = async () =>
      Array.from(await service.gauges()).filter(([name, value]) => value > (before.gauges.get(name) ?? 0))
    const grown = async () => Math.max(0, (await service.descriptors()) - before.descriptors)
    const heapGrowth = async () => ((await service.heap()) - before.heap) / MIB
    const isBack = async () => (await grown()) === 0 && (await above()).length === 0 && (await heapGrowth()) <= GROWTH
    while (!(await isBack()) && performance.now() - end < BACK) await sleep(500)
    const took = (await isBack()) ? performance.now() - end : Infinity
    for (const [name, value] of await above()) console.error(`${name} is ${value}, was ${before.gauges.get(name) ?? 0}`)
    return [
      exactly(`streams, ended in ${ways} ways`, streams, Math.ceil(scaled(size, COUNT) / 100) * 100),
      exactly("of them that did not begin or end as they should", wrong, 0),
      within("until descriptors, gauges and heap are as before", took, BACK),
      exactly("descriptors left behind", await grown(), 0),
      exactly(`of ${before.gauges.size} gauges of what ends, above what they were`, (await above()).length, 0),
      atMost("growth of the heap, MiB", await heapGrowth(), GROWTH),
      exactly("rooms kept, of those that nobody has deleted", (await service.rooms()) - before.rooms, rooms),
      exactly("errors in the log", service.errors.length, 0)
    ]
  })
})
