/** 8,000 clients lose their streams and come back within a second, while somebody gives commands. */
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { exactly, some, within } from "../../cluster/figures.ts"
import { sleep } from "../../cluster/time.ts"
import { type Attack, scaled } from "../attack.ts"
import * as Child from "../child.ts"
import { ask, openRoom } from "../clients.ts"
import { start } from "../service.ts"

const COUNT = 8_000
const PER_ROOM = 50

/** Streams take 0.8 of the descriptors of the service, and those that were just ended may still count for a moment. */
const NEEDED = 2

/** Node raises the limit of a process to the hard limit of its user by itself. */
const hardLimit = Number(
  /^Max open files +\d+ +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1] ?? Infinity
)

const PACE = 25

export const reconnect: Attack = Effect.fnUntraced(function* (size) {
  const count = scaled(size, COUNT)
  const what = `${count} clients come back within a second: the slowest one`
  if (hardLimit < NEEDED * count) {
    const notRun = `the limit of open files is ${hardLimit}, and ${NEEDED * count} are needed (ulimit -Hn)`
    return [{ what, notRun, bar: "≤ 3000 ms" }]
  }
  const { port } = yield* start()
  const clients = yield* Effect.acquireRelease(
    Effect.sync(() => Child.start()),
    ({ end }) => Effect.sync(end)
  )
  return yield* Effect.promise(async () => {
    const rooms = await Promise.all(Array.from({ length: Math.ceil(count / PER_ROOM) }, () => openRoom(port)))
    const commanded = await openRoom(port)
    const codes = Array.from({ length: count }, (_, index) => rooms[index % rooms.length]!)
    const came = await clients.tell({ do: "open", port, codes })
    const over = new AbortController()
    const times: Array<number> = []
    let refused = 0
    const command = async () => {
      const { status, took } = await ask(port, "PATCH", `/api/${commanded}/timer/start`)
      times.push(took)
      if (status !== 204) refused++
    }
    const commands = (async () => {
      const all: Array<Promise<void>> = []
      for (; !over.signal.aborted; await sleep(1_000 / PACE)) all.push(command())
      await Promise.all(all)
    })()
    await sleep(1_000)
    const slowest = await clients.tell({ do: "come back", port, codes, within: 1_000 })
    await sleep(1_000)
    over.abort()
    await commands
    return [
      exactly("streams before", came, count),
      within(what, slowest, 3_000),
      some("commands meanwhile", times.length),
      exactly("of them refused", refused, 0),
      within("the slowest command", Math.max(...times), 500)
    ]
  })
})
