/** Every kind of wrong client, one by one and 200 at once, while somebody watches the room that they attack. */
import { Effect } from "effect"
import { atMost, exactly, type Figure, some } from "../../cluster/figures.ts"
import { sleep } from "../../cluster/time.ts"
import { type Attack, scaled } from "../attack.ts"
import * as Bystander from "../bystander.ts"
import { connectionsOf, openRoom } from "../clients.ts"
import { type Scenario, scenarios, type Target } from "../scenarios.ts"
import { start } from "../service.ts"

const BURST = 200

/** A heap in which each connection that is held in vain shows. It is that of the case that killed a process. */
const SMALL_HEAP = "--max-old-space-size=512"

const MIB = 1_048_576

/** What a heap may have grown by once all have gone, in MiB. */
const GROWTH = 16

/** How many that are counted have gone within this time, in milliseconds: the 10 s of those who are expected back, and some. */
const GONE = 15_000

export const cases: Attack = Effect.fnUntraced(function* (size) {
  const service = yield* start({}, SMALL_HEAP)
  const { port } = service
  return yield* Effect.promise(async () => {
    const target: Target = { port, code: await openRoom(port, {}, true) }
    const bystander = await Bystander.watch(port, target.code)
    // So that what is counted below is not what the first of all leaves behind in caches.
    await each(
      scenarios.filter(({ isLong }) => isLong !== true),
      (scenario) => scenario.run(target)
    )
    const heap = await service.heap()
    const descriptors = await service.descriptors()
    const singly = await each(scenarios, (scenario) => scenario.run(target))
    const bursts = await each(scenarios, async (scenario) => {
      const count = Math.min(scenario.burst ?? BURST, Math.max(20, scaled(size, BURST)))
      const faults = await Promise.all(Array.from({ length: count }, () => scenario.run(target)))
      return { count, faults: faults.filter((fault) => fault !== "") }
    })
    await sleep(1_000)
    const missed = Bystander.secondsMissed(bystander)
    for (const one of [...missed, ...bystander.wrong].slice(0, 10)) console.error(one)
    const gone = async () => (await connectionsOf(port, target.code)) === 1
    const end = performance.now() + GONE
    while (!(await gone()) && performance.now() < end) await sleep(250)
    let left = Infinity
    for (const last = performance.now() + GONE; left > 0 && performance.now() < last;) {
      left = (await service.descriptors()) - descriptors
    }
    const growth = ((await service.heap()) - heap) / MIB
    return [
      ...scenarios.map(({ name }, index) => rowOf(name, singly[index]!, bursts[index]!)),
      some("seconds that the bystander saw", bystander.ticks.length),
      exactly("seconds that the bystander missed", missed.length, 0),
      exactly("blocks that the bystander should not see", bystander.wrong.length, 0),
      exactly("streams counted after all have gone", await connectionsOf(port, target.code), 1),
      atMost("descriptors left behind", left, 0),
      atMost("growth of the heap, MiB", growth, GROWTH)
    ]
  })
})

/** Runs those that wait for a time limit all together, and the others one after the other. */
const each = async <A>(
  all: ReadonlyArray<Scenario>,
  run: (scenario: Scenario) => Promise<A>
): Promise<ReadonlyArray<A>> => {
  const results: Array<A> = []
  const waiting = all.map(async (scenario, index) => {
    if (scenario.isLong) results[index] = await run(scenario)
  })
  for (const [index, scenario] of all.entries()) if (!scenario.isLong) results[index] = await run(scenario)
  await Promise.all(waiting)
  return results
}

interface Burst {
  readonly count: number
  readonly faults: ReadonlyArray<string>
}

const rowOf = (name: string, single: string, { count, faults }: Burst): Figure => ({
  what: name,
  measured: `${single === "" ? "right" : single}; ${count - faults.length} of ${count}${faults[0] === undefined ? "" : ` (${faults[0]})`}`,
  bar: `right; ${count} of ${count}`,
  ok: single === "" && faults.length === 0,
  isTime: false
})
