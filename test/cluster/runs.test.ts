import { assert, describe, it, layer } from "@effect/vitest"
import { Effect } from "effect"
import { running } from "./cluster.ts"
import * as Redis from "./redis.ts"
import { runs } from "./runs/all.ts"
import type { Size } from "./runs/underLoad.ts"

/** As short as they say anything. How fast it is, `npm run test:cluster` measures. */
const short: Size = {
  rooms: 6,
  streamsPerRoom: 3,
  pace: 20,
  calm: 1_000,
  frozen: 2_000,
  away: 3_000,
  lossEvery: 10,
  paused: 3_000,
  spread: 500
}

/** Those that take turns on the same instances, which are less work to start once; the one that leaves an instance dead comes last. */
const TURNS = [
  ["streams", "redis-unheard", "freeze", "kill"],
  ["redis-frozen", "redis-killed"]
]

const expectFigures = ({ run }: (typeof runs)[string]) =>
  Effect.map(run(short), (figures) =>
    assert.deepStrictEqual(
      figures.filter(({ isTime, ok }) => !ok && !isTime),
      []
    )
  )

describe.concurrent("several instances", () => {
  for (const names of TURNS) {
    describe.skipIf(Redis.missing !== undefined)(`in turn: ${names.join(", ")}`, () => {
      layer(running, { excludeTestServices: true, timeout: 120_000 })((it) => {
        for (const entry of names.map((name) => runs[name]!)) {
          it.effect(entry.title, () => expectFigures(entry), { timeout: 120_000, concurrent: false })
        }
      })
    })
  }
  for (const [name, entry] of Object.entries(runs)) {
    if (TURNS.flat().includes(name)) continue
    it.live.skipIf(entry.missing !== undefined)(entry.title, () => expectFigures(entry), 120_000)
  }
})
