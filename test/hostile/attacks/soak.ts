/** Everything at once for as long as is asked for: the heap stays as it was after the first minute. */
import { Effect } from "effect"
import { large as largest } from "../../http/large.ts"
import { exactly, type Figure, percentile, some, within } from "../../cluster/figures.ts"
import { sleep } from "../../cluster/time.ts"
import { generate } from "../../http/generated.ts"
import type { Attack } from "../attack.ts"
import * as Bystander from "../bystander.ts"
import * as Child from "../child.ts"
import { churn, LIFETIME } from "../churn.ts"
import { ask, each, openRoom } from "../clients.ts"
import * as Others from "../others.ts"
import { scenarios } from "../scenarios.ts"
import { start } from "../service.ts"
import { send } from "./generated.ts"

const MINUTE = 60_000
const MIB = 1_048_576

/** The share by which the heap may be above that after the first minute. */
const GROWTH = 0.1

/**
 * How often the heap is measured for one figure, and how far apart, in milliseconds. The median counts: what some attack has just opened
 * is in one measure, and in the next one it is not.
 */
const MEASURES = 7
const APART = 2_000

/** How long measuring takes, and some, in milliseconds. */
const MEASURING = 40_000

/** How many clients stop reading, every minute anew. */
const SLOW = 20

export const soak: Attack = Effect.fnUntraced(function* ({ minutes, seed }) {
  const service = yield* start({ STREAM_LIFETIME: LIFETIME, HEARTBEAT_INTERVAL: "1 second" })
  const { port } = service
  return yield* Effect.promise(async () => {
    const faults: Array<string> = []
    const end = performance.now() + minutes * MINUTE
    const over = new AbortController()
    const again = async (what: (round: number) => Promise<unknown>) => {
      for (let round = 0; !over.signal.aborted; round++) {
        await what(round).catch((error: unknown) => faults.push(String(error)))
      }
    }
    const watched = await openRoom(port, {}, true)
    const large = await openRoom(port, largest, true)
    const doomed = await Promise.all(Array.from({ length: 20 }, () => openRoom(port)))
    const { json: description } = await ask(port, "GET", "/openapi.json")
    // Made once for all requests, and 10 MB: whoever of the attackers is the first to ask for it may do so at any time.
    await ask(port, "GET", "/docs")
    const heap = async () => {
      const measures: Array<number> = []
      for (let measure = 0; measure < MEASURES; measure++) {
        measures.push(await service.heap())
        await sleep(APART)
      }
      return percentile(measures, 0.5)
    }
    const attacks = [
      again(() =>
        churn(port, 700).then(({ wrong }) => wrong > 0 && faults.push(`${wrong} streams did not begin or end`))
      ),
      again(async (round) => {
        const requests = generate(description, { watched, doomed }, seed + round, 500)
        await each(requests, 8, async (request) => {
          const fault = await send(port, request)
          if (fault !== undefined) faults.push(`${fault}: ${JSON.stringify(request.bytes.slice(0, 200))}`)
        })
      }),
      again(() =>
        each(
          scenarios.filter(({ isLong }) => isLong !== true),
          4,
          async ({ name, run }) => {
            const fault = await run({ port, code: watched })
            if (fault !== "") faults.push(`${name}: ${fault}`)
          }
        )
      ),
      // One of those that wait for a time limit of the service, at any time.
      again((round) => {
        const long = scenarios.filter(({ isLong }) => isLong === true)
        return long[round % long.length]!.run({ port, code: watched })
      }),
      again(async () => {
        const slow = Child.start()
        await slow.tell({ do: "open", port, codes: Array.from({ length: SLOW }, () => large) })
        await slow.tell({ do: "stop reading" })
        await sleep(MINUTE)
        slow.end()
      }),
      again(async (round) => {
        const { status } = await ask(port, "PATCH", `/api/${large}/timer/${round % 2 === 0 ? "stop" : "start"}`)
        if (status !== 204) faults.push(`a command was answered ${status}`)
        await sleep(50)
      }),
      again(async () => {
        const others = await Others.gather(port, 4, 50)
        await others.delay(2_000)
        others.leave()
      }),
      again(async () => {
        const bystander = await Bystander.watch(port, watched)
        await sleep(5_000)
        faults.push(...bystander.wrong)
        bystander.leave()
      })
    ]
    await sleep(MINUTE)
    const first = await heap()
    const all = Promise.all(attacks)
    // Measured under the same load as the first.
    await sleep(Math.max(0, end - performance.now() - MEASURING))
    const last = await heap()
    over.abort()
    await all
    for (const fault of [...faults, ...service.errors].slice(0, 10)) console.error(fault)
    const { took } = await ask(port, "GET", "/healthz")
    return [
      some("minutes", minutes),
      heapFigure(first, last),
      exactly("what went wrong meanwhile", faults.length, 0),
      exactly("errors in the log", service.errors.length, 0),
      within("an answer afterwards", took, 1_000)
    ]
  })
})

const heapFigure = (first: number, last: number): Figure => ({
  what: `heap at the end, to that after the first minute (medians of ${MEASURES})`,
  measured: `${(last / MIB).toFixed(1)} to ${(first / MIB).toFixed(1)} MiB (${((last / first - 1) * 100).toFixed(1)} %)`,
  bar: `≤ +${GROWTH * 100} %`,
  ok: last <= first * (1 + GROWTH),
  isTime: false
})
