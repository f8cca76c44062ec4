/** What all runs have in common: how large they are, and a load on the instances while something happens. */
import { Effect, type Scope } from "effect"
import * as Figures from "../figures.ts"
import type { Figure } from "../figures.ts"
import { Load } from "../load.ts"
import { sleep } from "../time.ts"

/** How large a run is, and how long. */
export interface Size {
  readonly rooms: number
  readonly streamsPerRoom: number
  /** Commands a second. */
  readonly pace: number
  /** How long the load is on before and after what happens, in milliseconds. */
  readonly calm: number
  /** How long an instance is frozen, in milliseconds. */
  readonly frozen: number
  /** How long Redis is away, in milliseconds. */
  readonly away: number
  /** Of how many published messages one is lost. */
  readonly lossEvery: number
  /** How long rooms are paused behind a stock nginx, in milliseconds. */
  readonly paused: number
  /** Over what time clients come back from an instance that ends, in milliseconds. */
  readonly spread: number
}

export type Run = (size: Size) => Effect.Effect<ReadonlyArray<Figure>, never, Scope.Scope>

/** Has commands given while something happens, and gives what comes of it, and what all such runs are held to. */
export const underLoad = Effect.fnUntraced(function* (
  { calm, pace, rooms, streamsPerRoom }: Size,
  ports: ReadonlyArray<number>,
  /** When the rooms that are up once are up, in milliseconds after the beginning. */
  upAfter: number,
  happen: (load: Load) => Promise<() => ReadonlyArray<Figure>>
): Effect.fn.Return<ReadonlyArray<Figure>, never, Scope.Scope> {
  const finishing = { rooms: Math.ceil(rooms / 10), after: Math.max(1_000, upAfter) }
  const load = yield* Effect.acquireRelease(
    Effect.sync(() => new Load({ ports, rooms, streamsPerRoom, finishing })),
    (load) => Effect.sync(() => load.close())
  )
  return yield* Effect.promise(async () => {
    await load.open()
    await load.startFinishing()
    load.begin(pace)
    await sleep(calm)
    const figures = await happen(load)
    await sleep(calm)
    await load.rest()
    const behind = await load.settle()
    for (const wrong of load.commander.wrongs.slice(0, 10)) console.error(wrong)
    return [
      Figures.some("streams", load.watchers.length),
      Figures.some("commands acknowledged", load.commander.acknowledged.length),
      Figures.exactly("commands lost, or refused and yet done", load.commander.wrongs.length, 0),
      Figures.exactly("streams that show a state out of order", Figures.disordered(load).length, 0),
      Figures.exactly("streams that end elsewhere than their room", behind, 0),
      Figures.exactly("finishes doubled or missed", Figures.misfinished(load).length, 0),
      ...figures()
    ]
  })
})
