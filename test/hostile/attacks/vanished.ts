/**
 * 100 clients that vanish without a word, in a network namespace whose link goes down. Service and others are in a namespace of
 * their own, too: rules of the machine's own network would stop the clients. So this file is a process of its own.
 */
import { Effect } from "effect"
import { spawn, spawnSync } from "node:child_process"
import { exactly, type Figure, within } from "../../cluster/figures.ts"
import { sleep } from "../../cluster/time.ts"
import { type Attack, type NotRun, scaled, type Size } from "../attack.ts"
import * as Child from "../child.ts"
import { ask, connectionsOf, openRoom } from "../clients.ts"
import * as Others from "../others.ts"
import { start } from "../service.ts"

const COUNT = 100
const LIMIT = 60_000

const NAMESPACE = `pairroom${process.pid}`
const [NEAR, FAR] = [`pr${process.pid}a`, `pr${process.pid}b`]
/** Addresses that are kept for examples, and nobody has. */
const [OURS, THEIRS] = ["192.0.2.1", "192.0.2.2"]

const WHAT = "from the end of the link until they are not counted"

const ip = (args: string): boolean => spawnSync("ip", args.split(" ")).status === 0

const inside = (args: string): boolean => ip(`-n ${NAMESPACE} ${args}`)

/** A namespace with one link to here; false where that is not allowed. */
const network = Effect.acquireRelease(
  Effect.sync(
    () =>
      ip("link set lo up") &&
      ip(`netns add ${NAMESPACE}`) &&
      ip(`link add ${NEAR} type veth peer name ${FAR} netns ${NAMESPACE}`) &&
      ip(`addr add ${OURS}/30 dev ${NEAR}`) &&
      ip(`link set ${NEAR} up`) &&
      inside(`addr add ${THEIRS}/30 dev ${FAR}`) &&
      inside(`link set ${FAR} up`)
  ),
  () =>
    Effect.sync(() => {
      ip(`link del ${NEAR}`)
      ip(`netns del ${NAMESPACE}`)
    })
)

const notRun: NotRun = { what: WHAT, notRun: "it needs root, unshare, ip netns and veth", bar: `≤ ${LIMIT} ms` }

const attack = Effect.fnUntraced(function* (size: Size) {
  if (!(yield* network)) return [notRun]
  const { port } = yield* start({ HOST: "0.0.0.0" })
  const child = yield* Effect.acquireRelease(
    Effect.sync(() => Child.start(NAMESPACE)),
    ({ end }) => Effect.sync(end)
  )
  return yield* Effect.promise(async () => {
    const others = await Others.gather(port, scaled(size, 18), 50)
    const [running, paused] = [await openRoom(port, {}, true), await openRoom(port)]
    const count = scaled(size, COUNT)
    const codes = Array.from({ length: count }, (_, index) => (index % 2 === 0 ? running : paused))
    const came = await child.tell({ do: "open", host: OURS, port, codes })
    const calm = await others.delay(10_000)
    inside(`link set ${FAR} down`)
    const begin = performance.now()
    const late = others.delay(LIMIT)
    const left = async () => (await connectionsOf(port, running)) + (await connectionsOf(port, paused))
    while ((await left()) > 0 && performance.now() < begin + 2 * LIMIT) await sleep(250)
    const took = (await left()) > 0 ? Infinity : performance.now() - begin
    return [
      exactly("clients that came", came, count),
      within(WHAT, took, LIMIT),
      within(
        `growth of the others' delay at the 99th percentile (${Math.round(calm)} ms before)`,
        (await late) - calm,
        10
      ),
      exactly("streams of others that are open", others.open(), others.count),
      exactly("answers to the others", (await ask(port, "GET", "/healthz")).status, 200)
    ]
  })
})

export const vanished: Attack = (size) =>
  Effect.callback<ReadonlyArray<Figure | NotRun>>((resume) => {
    const args = ["--net", process.execPath, "test/hostile/attacks/vanished.ts", JSON.stringify(size)]
    spawn("unshare", args, { stdio: ["ignore", "inherit", "inherit", "ipc"] })
      .once("message", (figures) => resume(Effect.succeed(figures as ReadonlyArray<Figure | NotRun>)))
      .once("error", () => resume(Effect.succeed([notRun])))
      .once("exit", () => resume(Effect.succeed([notRun])))
  })

if (import.meta.main) {
  const size: Size = JSON.parse(process.argv[2] ?? "")
  process.send?.(await Effect.runPromise(Effect.scoped(attack(size))), () => process.exit(0))
}
