import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
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

describe.concurrent("several instances", () => {
  for (const { missing, run, title } of Object.values(runs)) {
    it.live.skipIf(missing !== undefined)(
      title,
      () =>
        Effect.map(run(short), (figures) =>
          assert.deepStrictEqual(
            figures.filter(({ isTime, ok }) => !ok && !isTime),
            []
          )
        ),
      120_000
    )
  }
})
