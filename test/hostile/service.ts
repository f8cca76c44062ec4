/** The service as operators start it: by the command line of `npm start`, as a process of its own. */
import { Effect, type Scope } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { compileCache, noLimits } from "../instance.ts"
import { freePort } from "../cluster/port.ts"
import { sleep } from "../cluster/time.ts"
import { ask, hangUp } from "./clients.ts"

export interface Service {
  readonly pid: number
  readonly port: number
  /** What live objects take after a collection, those outside of the heap too; in bytes. */
  readonly heap: () => Promise<number>
  /** How many descriptors it has open, our own questions aside. */
  readonly descriptors: () => Promise<number>
  /** The gauges of `/metrics` that count what ends with its clients, by name and labels. */
  readonly gauges: () => Promise<ReadonlyMap<string, number>>
  /** How many rooms it keeps. A room is kept for `ROOM_TTL`, also when nobody watches it. */
  readonly rooms: () => Promise<number>
  readonly isRunning: () => boolean
  /** The lines that it has logged about errors. */
  readonly errors: ReadonlyArray<string>
}

/** The command line of `npm start`. */
export const START: string = JSON.parse(readFileSync("package.json", "utf8")).scripts.start

/** As npm sets it: the programs of the project first. */
export const PATH = `${resolve("node_modules/.bin")}:${process.env["PATH"]}`

/** Answers what the process is asked: its heap after a collection. The same that the benchmark uses. */
const PROBE = "--expose-gc --import=./test/bench/servers/probe.ts"

/** What is counted and must come back. Others, such as the heap and the clock, never come back to the same figure. */
const COUNTED = /streams|rooms_loaded|connections|fibers|requests_active|subscri/

const ROOMS = "pairroom_store_rooms"

/** The least of so many measures counts: what is just passing through is in one of them, and what is kept is in all. */
const MEASURES = 3

/** How long the service takes to see that a connection was ended, in milliseconds. */
const HANGING_UP = 250

const ERROR = /"level":"(?:ERROR|FATAL)"/i

/** Starts it with these settings, without limits unless they are given, and waits until it serves. */
export const start = Effect.fnUntraced(function* (
  env: Readonly<Record<string, string>> = {},
  nodeOptions = ""
): Effect.fn.Return<Service, never, Scope.Scope> {
  const port = yield* freePort
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "pairroom-hostile-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  )
  const child = yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn("sh", ["-c", START], {
        stdio: ["ignore", "pipe", "inherit", "ipc"],
        env: {
          PATH,
          HOST: "127.0.0.1",
          PORT: String(port),
          STORE_URL: `sqlite:${join(folder, "rooms.db")}`,
          NODE_OPTIONS: `${PROBE} ${nodeOptions}`,
          LOG_LEVEL: "Error",
          LOG_FORMAT: "json",
          ...compileCache,
          ...noLimits,
          ...env
        }
      })
    ),
    (child) =>
      Effect.callback<void>((resume) => {
        if (child.exitCode !== null || child.signalCode !== null) return resume(Effect.void)
        child.once("exit", () => resume(Effect.void))
        child.kill("SIGKILL")
      })
  )
  const errors: Array<string> = []
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    errors.push(...text.split("\n").filter((line) => ERROR.test(line)))
  })
  // Whatever happens to this process, the service does not stay behind.
  const kill = () => void child.kill("SIGKILL")
  process.once("exit", kill)
  child.once("exit", () => process.off("exit", kill))
  const pid = child.pid ?? 0
  const isRunning = () => child.exitCode === null && child.signalCode === null
  yield* Effect.promise(async () => {
    while ((await ask(port, "GET", "/healthz")).status !== 200) {
      if (!isRunning()) throw new Error("the service has not started")
      await sleep(50)
    }
  })
  return {
    pid,
    port,
    errors,
    isRunning,
    heap: async () => {
      const measures: Array<number> = []
      for (let measure = 0; measure < MEASURES; measure++) measures.push(await heapOf(child))
      return Math.min(...measures)
    },
    descriptors: async () => {
      hangUp()
      const measures: Array<number> = []
      for (let measure = 0; measure < MEASURES; measure++) {
        await sleep(HANGING_UP)
        measures.push(readdirSync(`/proc/${pid}/fd`).length)
      }
      return Math.min(...measures)
    },
    gauges: async () => new Map(Array.from(await gaugesOf(port)).filter(([name]) => COUNTED.test(name))),
    rooms: async () => (await gaugesOf(port)).get(ROOMS) ?? Number.NaN
  }
})

const heapOf = (child: ChildProcess): Promise<number> =>
  new Promise((resolve) => {
    child.once("message", (message) => resolve((message as { readonly heap: number }).heap))
    child.send("memory")
  })

const gaugesOf = async (port: number): Promise<ReadonlyMap<string, number>> => {
  const { text } = await ask(port, "GET", "/metrics")
  const gauges = new Set(Array.from(text.matchAll(/^# TYPE (\S+) gauge$/gm), ([, name]) => name))
  return new Map(
    Array.from(text.matchAll(/^(\w+)(\{.*\})? (\S+)$/gm)).flatMap(([, name = "", labels = "", value]) =>
      gauges.has(name) ? [[name + labels, Number(value)]] : []
    )
  )
}
