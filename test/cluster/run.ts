/**
 * Puts instances through what may happen to them, and prints the figures as a table: `npm run test:cluster`. Ends with
 * code 1 where a bar is missed. `-- --only kill,rolling` takes some of the runs, `--minutes` is how long streams stay
 * behind a stock nginx, `--streams` how many there are.
 */
import { Effect } from "effect"
import { parseArgs } from "node:util"
import { runs } from "./runs/all.ts"
import type { Size } from "./runs/underLoad.ts"

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: Object.keys(runs).join() },
    minutes: { type: "string", default: "10" },
    streams: { type: "string", default: "1000" }
  }
})

const PER_ROOM = 5

const size: Size = {
  rooms: Math.ceil(Number(options.streams) / PER_ROOM),
  streamsPerRoom: PER_ROOM,
  pace: 60,
  calm: 8_000,
  frozen: 15_000,
  away: 10_000,
  lossEvery: 100,
  paused: Number(options.minutes) * 60_000,
  spread: 10_000
}

let missed = 0
console.log("| run | what | measured | bar | |\n| --- | --- | --- | --- | --- |")
for (const name of options.only.split(",")) {
  const entry = runs[name]
  if (entry === undefined) throw new Error(`--only: expected any of ${Object.keys(runs).join(", ")}, got ${name}`)
  if (entry.missing !== undefined) missed++
  const figures = entry.missing === undefined ? await Effect.runPromise(Effect.scoped(entry.run(size))) : []
  for (const { bar, measured, ok, what } of figures) {
    if (!ok) missed++
    console.log(`| ${name} | ${what} | ${measured} | ${bar} | ${ok ? "ok" : "MISSED"} |`)
  }
}
process.exit(missed === 0 ? 0 : 1)
