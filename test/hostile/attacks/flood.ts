/** A flood from one address, with the limits as they are by default: others hardly notice. */
import { Effect } from "effect"
import { exactly, percentile, some, within } from "../../cluster/figures.ts"
import { sleep } from "../../cluster/time.ts"
import { type Attack, scaled } from "../attack.ts"
import * as Child from "../child.ts"
import { ask, openRoom } from "../clients.ts"
import { noLimits } from "../../instance.ts"
import { start } from "../service.ts"

const [GOOD, BAD, WARM] = ["127.0.0.5", "127.0.0.66", "127.0.0.67"]
const CONNECTIONS = 128
const MILLIS = 20_000

/** Commands a second of the others. */
const PACE = 40

/** An empty value means the default. Peers count as what they are. */
const LIMITS = { ...Object.fromEntries(Object.keys(noLimits).map((name) => [name, ""])), TRUSTED_PROXIES: "none" }

export const flood: Attack = Effect.fnUntraced(function* (size) {
  const { errors, port } = yield* start(LIMITS)
  const flooder = yield* Effect.acquireRelease(
    Effect.sync(() => Child.start()),
    ({ end }) => Effect.sync(end)
  )
  return yield* Effect.promise(async () => {
    const [code, other] = [await openRoom(port), await openRoom(port)]
    const statuses = new Map<number, number>()
    const commands = async (millis: number) => {
      const times: Array<number> = []
      const all: Array<Promise<unknown>> = []
      for (const end = performance.now() + millis; performance.now() < end; await sleep(1_000 / PACE)) {
        const asked = ask(port, "PATCH", `/api/${code}/timer/${all.length % 2 === 0 ? "start" : "stop"}`, {
          from: GOOD
        })
        all.push(
          asked.then(({ status, took }) => {
            times.push(took)
            statuses.set(status, (statuses.get(status) ?? 0) + 1)
          })
        )
      }
      await Promise.all(all)
      return percentile(times, 0.99)
    }
    // The first request of each kind costs more than all later ones.
    await flooder.tell({ do: "flood", port, from: WARM, code: other, connections: 16, millis: 2_000 })
    const calm = await commands(5_000)
    const connections = Math.max(32, scaled(size, CONNECTIONS))
    const flooding = flooder.tell({ do: "flood", port, from: BAD, code: other, connections, millis: MILLIS + 1_000 })
    await sleep(500)
    const late = await commands(MILLIS)
    const refused = (await ask(port, "PATCH", `/api/${other}/timer/start`, { from: BAD })).status
    return [
      some(
        `answers to the flood a second, over ${connections} connections`,
        Math.round((await flooding) / (MILLIS / 1_000))
      ),
      exactly("what a command of the flood is answered", refused, 429),
      within(`commands of others at the 99th percentile (${Math.round(calm)} ms before)`, late, 100),
      some("commands of others", statuses.get(204) ?? 0),
      exactly(
        "commands of others that were refused",
        Array.from(statuses).reduce((sum, [status, count]) => (status === 204 ? sum : sum + count), 0),
        0
      ),
      exactly("errors in the log", errors.length, 0)
    ]
  })
})
