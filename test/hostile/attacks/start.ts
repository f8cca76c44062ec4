/** `npm start` and signals: it drains, ends with code 0, and leaves nothing behind. As process 1 of a container too. */
import { Effect } from "effect"
import { spawn, spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { exactly, type Figure, within } from "../../cluster/figures.ts"
import { freePort } from "../../cluster/port.ts"
import { sleep } from "../../cluster/time.ts"
import type { Attack, NotRun } from "../attack.ts"
import { ask, hangUp } from "../clients.ts"

/** The longest time from a signal to the end, in milliseconds: the notice that load balancers get, and some. */
const END = 10_000
const START = 30_000

/** Starts a command that starts the service, sends SIGTERM to the one process, and tells how it went. */
const ended = async (
  port: number,
  command: string,
  args: ReadonlyArray<string>,
  signalled: (pid: number) => number
) => {
  const child = spawn(command, args, {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, HOST: "127.0.0.1", PORT: String(port), STORE_URL: "memory:", LOG_LEVEL: "Error" }
  })
  const exit = new Promise<number>((resolve) =>
    child.once("exit", (code, signal) => resolve(signal === null ? (code ?? -1) : -1))
  )
  const serves = async () => (await ask(port, "GET", "/healthz")).status === 200
  for (const last = performance.now() + START; !(await serves()) && performance.now() < last;) await sleep(100)
  hangUp()
  const begin = performance.now()
  process.kill(signalled(child.pid ?? 0), "SIGTERM")
  const code = await Promise.race([exit, sleep(END).then(() => -1)])
  const took = performance.now() - begin
  const left = (await serves()) ? 1 : 0
  child.kill("SIGKILL")
  return { code, took, left }
}

const figures = (what: string, { code, left, took }: Awaited<ReturnType<typeof ended>>): ReadonlyArray<Figure> => [
  exactly(`${what}: exit code`, code, 0),
  exactly(`${what}: services left behind`, left, 0),
  within(`${what}: from SIGTERM to the end`, took, END)
]

const UNSHARE = ["--fork", "--pid", "--mount-proc"]

/** The only child of a process. */
const childOf = (pid: number): number => Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8"))

export const start: Attack = Effect.fnUntraced(function* () {
  const [first, second] = [yield* freePort, yield* freePort]
  return yield* Effect.promise(async () => {
    const alone = await ended(first, "npm", ["start"], (pid) => pid)
    const asOne = "npm start as process 1"
    if (spawnSync("unshare", [...UNSHARE, "true"]).status !== 0) {
      const why = "it needs root and unshare"
      return [...figures("npm start", alone), { what: asOne, notRun: why, bar: "exit code 0" } satisfies NotRun]
    }
    const contained = await ended(second, "unshare", [...UNSHARE, "npm", "start"], childOf)
    return [...figures("npm start", alone), ...figures(asOne, contained)]
  })
})
