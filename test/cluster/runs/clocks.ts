/** Instances whose clocks are wrong. */
import { Effect } from "effect"
import { existsSync, globSync } from "node:fs"
import { type Block, EventStream, insist } from "../client.ts"
import { cluster } from "../cluster.ts"
import * as Figures from "../figures.ts"
import { sleep } from "../time.ts"
import type { Run } from "./underLoad.ts"

const [library] = globSync("/usr/lib/*/faketime/libfaketime.so.1")

/** What to do where clocks cannot be set wrong; undefined where they can. */
export const missing: string | undefined =
  library === undefined || !existsSync(library)
    ? "libfaketime is missing; these tests need it: apt-get install faketime"
    : undefined

if (missing !== undefined) console.warn(missing)

/** How often each instance is asked for the time that remains. */
const TIMES = 20

/** How many tenths of a second the first tick of all instances may take longer. */
const WAITS = 150

/** One is right, one 5 s ahead, one 5 s behind. */
const OFFSETS = ["+0", "+5s", "-5s"]

/** Makes the clock of a process wrong by so much from its start on, and leaves the monotonic one alone. */
const wrongBy = (offset: string) =>
  offset === "+0" ? {} : { LD_PRELOAD: library ?? "", FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: "1" }

export const clocks: Run = Effect.fnUntraced(function* ({ calm }) {
  const { ports } = yield* cluster((index) => wrongBy(OFFSETS[index]!))
  return yield* Effect.promise(async () => {
    const body = { driver: "lemon", navigator: "apple", timerDuration: 600_000 }
    const code: string = (await insist(201, ports[0]!, "POST", "/api/pair-room", { body })).json.accessCode
    /** When each instance has shown each time. */
    const ticks = new Map<string, Map<number, number>>()
    const hear =
      (instance: number) =>
      ({ at, data, event }: Block) => {
        const times = ticks.get(data) ?? new Map<number, number>()
        if (event === "remaining-time" && !times.has(instance)) ticks.set(data, times.set(instance, at))
      }
    const streams = ports.map(
      (port, instance) => new EventStream({ path: `/api/${code}/connect`, port: () => port, hear: hear(instance) })
    )
    await insist(204, ports[1]!, "PATCH", `/api/${code}/timer/start`)
    const ends: Array<number> = []
    const starts = new Set<number>()
    for (let time = 0; time < TIMES; time++) {
      for (const port of ports) {
        const asked = performance.now()
        const { endsAt, remainingTime } = (await insist(200, port, "GET", `/api/${code}/timer`)).json
        // When it will be up by this process's clock, which does not know of any other.
        ends.push((asked + performance.now()) / 2 + remainingTime)
        starts.add(endsAt)
      }
      await sleep(calm / TIMES)
    }
    // The first that a stream shows, on connect, is no tick.
    const shownByAll = () => [...ticks].filter(([data, times]) => data !== "600000" && times.size === ports.length)
    // On a slow machine the streams may have begun late.
    for (let wait = 0; wait < WAITS && shownByAll().length === 0; wait++) await sleep(100)
    for (const stream of streams) stream.close()
    const shown = shownByAll()
    return [
      Figures.exactly("ends that the instances tell", starts.size, 1),
      Figures.within("how far apart what remains is", apart(ends), 50),
      Figures.some("ticks that all instances show", shown.length),
      Figures.within("how far apart those are", Math.max(...shown.map(([, times]) => apart([...times.values()]))), 50)
    ]
  })
})

const apart = (times: ReadonlyArray<number>) => Math.max(...times) - Math.min(...times)
