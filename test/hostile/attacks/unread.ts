/** 1,000 streams of which 100 never read, in a room that runs and in one that is paused. */
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { atMost, exactly, within } from "../../cluster/figures.ts"
import { sleep } from "../../cluster/time.ts"
import { large } from "../../http/large.ts"
import { type Attack, scaled } from "../attack.ts"
import * as Child from "../child.ts"
import { ask, connectionsOf, openRoom } from "../clients.ts"
import * as Others from "../others.ts"
import { start } from "../service.ts"

const ROOMS = 18
const PER_ROOM = 50
const SLOW = 100

/** How long the rooms of the slow ones are changed, in milliseconds, and how often a second. */
const PRESSING = 25_000
const PACE = 40

/** After 30 s, and the two looks that it takes to see when the 30 s began and that they are over. */
const LIMIT = 40_000

const KIB = 1_024

export const unread: Attack = Effect.fnUntraced(function* (size) {
  const { heap, port } = yield* start()
  const [reading, slow] = yield* Effect.acquireRelease(
    Effect.sync(() => [Child.start(), Child.start()] as const),
    (children) => Effect.sync(() => children.forEach(({ end }) => end()))
  )
  return yield* Effect.promise(async () => {
    const others = await Others.gather(port, scaled(size, ROOMS), PER_ROOM)
    const press = async (codes: ReadonlyArray<string>) => {
      const end = performance.now() + PRESSING
      while (performance.now() < end) {
        for (const code of codes)
          void ask(port, "PATCH", `/api/${code}/timer/reset`).then(() =>
            ask(port, "PATCH", `/api/pair-room/${code}/pair-swap`)
          )
        await sleep(1_000 / PACE)
      }
    }
    // Their frames fill the buffers between server and client soon: a megabyte or more lies in the kernel alone.
    const rooms = () => Promise.all([openRoom(port, large, true), openRoom(port, large)])
    const half = Math.ceil(scaled(size, SLOW) / 2)
    const slowOf = (codes: ReadonlyArray<string>) => codes.flatMap((code) => Array.from({ length: half }, () => code))

    // First with clients that read the same, so that only the reading makes the difference.
    const before = await rooms()
    const count = await reading.tell({ do: "open", port, codes: slowOf(before) })
    const [calm] = await Promise.all([others.delay(PRESSING), press(before)])
    const calmHeap = await heap()
    reading.end()

    const codes = await rooms()
    await slow.tell({ do: "open", port, codes: slowOf(codes) })
    await slow.tell({ do: "stop reading" })
    const [attacked] = await Promise.all([others.delay(PRESSING), press(codes)])
    const each = ((await heap()) - calmHeap) / count / KIB
    const held = (await Promise.all(codes.map((code) => connectionsOf(port, code)))).reduce((sum, one) => sum + one)
    const ended = await Promise.all(
      codes.map(async (code) => {
        const begin = performance.now()
        while ((await connectionsOf(port, code)) > 0 && performance.now() < begin + LIMIT) await sleep(200)
        return (await connectionsOf(port, code)) > 0 ? Infinity : performance.now() - begin
      })
    )
    const resets = await slow.tell({ do: "count resets" })
    return [
      exactly("streams of others, all open at the end", others.open(), others.count),
      within(`growth of the others' delay at the 99th percentile (${Math.round(calm)} ms before)`, attacked - calm, 10),
      atMost("memory of ours for each client that does not read, KiB", each, 256),
      exactly("of them still there while their 30 s run", held > 0 ? 1 : 0, 1),
      within("a running room: after the last change until all of them are ended", ended[0]!, LIMIT),
      within("a paused room: the same", ended[1]!, LIMIT),
      exactly("of them ended by a reset", resets, count),
      exactly("connections that the kernel still has for them", orphans(port), 0)
    ]
  })
})

/** Connections of the service that are ended, and whose bytes wait in the kernel (FIN-WAIT-1 and LAST-ACK of Linux). */
const orphans = (port: number): number => {
  const local = `:${port.toString(16).toUpperCase().padStart(4, "0")} `
  return readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .filter((line) => line.slice(0, 22).includes(local) && /^ *\d+: \S+ \S+ 0[49] /.test(line)).length
}
