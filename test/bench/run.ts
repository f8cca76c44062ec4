/**
 * Holds Pairroom against a bare Node loop and better-sse in one run, taking turns, and prints medians and ratios. Each
 * server has a process and a core of its own, the load another. `--write` puts the table into `README.md` beside this file.
 */
import { type ChildProcess, fork } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { noLimits } from "../instance.ts"
import { type CommandOutcome, type Order, type Outcome, PACE, type Workload } from "./load.ts"

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "10" },
    only: { type: "string", default: "" },
    servers: { type: "string", default: "bare,better-sse,pairroom" },
    write: { type: "boolean", default: false }
  }
})

const seconds = Number(options.seconds)

const WORKLOADS: ReadonlyArray<Workload> = [
  { name: "100 × 50", rooms: 100, perRoom: 50, together: true, ticks: true, seconds },
  { name: "2,500 × 2", rooms: 2_500, perRoom: 2, together: false, ticks: true, seconds },
  { name: "1 × 5,000", rooms: 1, perRoom: 5_000, together: true, ticks: true, seconds },
  // As long as three heartbeats of each stream: nothing else is there to count.
  { name: "ticks=off", rooms: 100, perRoom: 50, together: true, ticks: false, seconds: Math.max(seconds, 45) }
]

/**
 * What a stream costs among few and among many; of Pairroom alone. Its memory is that of the heap: few streams fit into what
 * the process has from its start.
 */
const SIZES: ReadonlyArray<Workload> = [
  { name: "1,000 streams", rooms: 20, perRoom: 50, together: false, ticks: true, seconds },
  { name: "10,000 streams", rooms: 200, perRoom: 50, together: false, ticks: true, seconds }
]

const COMMANDS: Workload = { name: "commands", rooms: 500, perRoom: 0, together: false, ticks: true, seconds }

/** The flags of `npm start`. */
const START_FLAGS = JSON.parse(readFileSync("package.json", "utf8")).scripts.start.match(/--\S+/g) as Array<string>

const PROBE = ["--expose-gc", "--import=./test/bench/servers/probe.ts"]

const SCRIPTS: Record<string, string> = {
  bare: "test/bench/servers/bare.ts",
  "better-sse": "test/bench/servers/better-sse.ts",
  effect: "test/bench/servers/effect.ts",
  pairroom: "src/main.ts"
}

interface Measure {
  readonly cpu: number
  readonly memory: number
  readonly heap: number
}

interface Figures {
  /** Seconds of CPU for a million events; for `ticks=off`, for what the same streams would have got. */
  readonly cpu: number
  /** KiB for each stream. */
  readonly memory: number
  readonly p50: number
  readonly p99: number
  readonly max: number
  readonly accepted: number
}

const message = <A>(child: ChildProcess): Promise<A> =>
  new Promise((resolve) => child.once("message", resolve as never))

/** Lets the load halt the server, and waits until its streams run. */
const running = (load: ChildProcess, server: ChildProcess) =>
  new Promise<void>((resolve) => {
    load.on("message", (message) => {
      if (message === "halt") server.kill("SIGSTOP")
      if (message === "go on") server.kill("SIGCONT")
      if (message === "ready") resolve()
    })
  })

/** Asked for its memory, a process collects its garbage first. */
const ask = (child: ChildProcess, question: "cpu" | "memory"): Promise<Measure> => {
  const answer = message<Measure>(child)
  child.send(question)
  return answer
}

/** `pairroom` is a command with others beside the service. */
const ARGUMENTS: Record<string, ReadonlyArray<string>> = { "src/main.ts": ["serve"] }

const onCore = (core: string, script: string, args: ReadonlyArray<string>, env: NodeJS.ProcessEnv) =>
  fork(script, ARGUMENTS[script] ?? [], {
    execPath: "taskset",
    execArgv: ["-c", core, process.execPath, ...args],
    env,
    stdio: "inherit"
  })

const end = (child: ChildProcess) =>
  new Promise((resolve) => {
    child.once("exit", resolve)
    child.kill("SIGKILL")
  })

const sleep = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis))

const listening = async (port: number): Promise<void> => {
  for (let attempt = 0; attempt < 200; attempt++) {
    try {
      await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(500) })
      return
    } catch (error) {
      if ((error as Error).name === "TimeoutError") return
      await sleep(25)
    }
  }
  throw new Error(`nothing listens on port ${port}`)
}

let nextPort = 15_000 + (process.pid % 1_000)

/** Starts a server and a load, and ends both. */
const against = async <A>(
  server: string,
  workload: Workload,
  measure: (server: ChildProcess, load: ChildProcess, order: Order) => Promise<A>
): Promise<A> => {
  const folder = mkdtempSync(join(tmpdir(), "pairroom-bench-"))
  const port = nextPort++
  const env = {
    PATH: process.env["PATH"],
    PORT: String(port),
    HOST: "127.0.0.1",
    ...noLimits,
    STORE_URL: `sqlite:${join(folder, "rooms.db")}`
  }
  const flags = server === "pairroom" ? START_FLAGS : []
  const child = onCore("0", SCRIPTS[server] ?? server, [...flags, ...PROBE], env)
  const load = onCore("1", "test/bench/load.ts", [], { PATH: process.env["PATH"] })
  try {
    await listening(port)
    await sleep(300)
    return await measure(child, load, { ...workload, server, port })
  } finally {
    await Promise.all([end(child), end(load)])
    rmSync(folder, { recursive: true })
  }
}

const watchTurn = async (child: ChildProcess, load: ChildProcess, order: Order): Promise<Figures> => {
  const warm = message(load)
  load.send(order)
  await warm
  const empty = await ask(child, "memory")
  const ready = running(load, child)
  load.send("begin")
  await ready
  // What accepting left behind is collected before the time that counts.
  await ask(child, "memory")
  const before = await ask(child, "cpu")
  const outcome = message<Outcome>(load)
  load.send("count")
  const { events, delay, accepted } = await outcome
  const after = await ask(child, "cpu")
  const full = await ask(child, "memory")
  const streams = order.rooms * order.perRoom
  const kind = SIZES.some(({ name }) => name === order.name) ? "heap" : "memory"
  const expected = order.ticks ? events : streams * order.seconds
  return {
    cpu: ((after.cpu - before.cpu) / expected) * 1_000_000,
    memory: (full[kind] - empty[kind]) / streams / 1_024,
    ...delay,
    accepted
  }
}

const commandTurn = async (child: ChildProcess, load: ChildProcess, order: Order): Promise<CommandOutcome> => {
  const ready = running(load, child)
  load.send(order)
  await ready
  const outcome = message<CommandOutcome>(load)
  load.send("count")
  return outcome
}

const median = (numbers: ReadonlyArray<number>): number => {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

const short = (millis: number) => millis.toFixed(millis < 10 ? 1 : 0)

const rows: Array<string> = [
  "| workload | server | CPU s per million events | p50 / p99 / max delay, ms | KiB per stream | accept, s |",
  "| --- | --- | --- | --- | --- | --- |"
]

for (const workload of [...WORKLOADS, ...SIZES].filter(({ name }) => name.includes(options.only))) {
  // These two tick for everyone.
  const servers = (SIZES.includes(workload) ? "pairroom" : options.servers)
    .split(",")
    .filter((server) => workload.ticks || (server !== "better-sse" && server !== "effect"))
  const turns: Record<string, Array<Figures>> = {}
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const server of servers) {
      const figures = await against(server, workload, watchTurn)
      ;(turns[server] ??= []).push(figures)
      process.stderr.write(`${workload.name} ${round + 1} ${server} ${JSON.stringify(figures)}\n`)
    }
  }
  const of = (server: string, figure: keyof Figures) => median((turns[server] ?? []).map((figures) => figures[figure]))
  const ratio = (server: string, figure: keyof Figures) =>
    server === "bare" || !servers.includes("bare") ? "" : ` (${(of(server, figure) / of("bare", figure)).toFixed(2)})`
  for (const server of servers) {
    const delays = (["p50", "p99", "max"] as const).map((figure) => short(of(server, figure))).join(" / ")
    const delay = server === "pairroom" && !workload.ticks ? "" : `${delays}${ratio(server, "p99")}`
    rows.push(
      `| ${workload.name} | ${server} | ${of(server, "cpu").toFixed(1)}${ratio(server, "cpu")} | ${delay} | ${of(server, "memory").toFixed(1)}${ratio(server, "memory")} | ${of(server, "accepted").toFixed(1)} |`
    )
  }
}

if (COMMANDS.name.includes(options.only)) {
  const turns: Array<CommandOutcome> = []
  for (let round = 0; round < Number(options.rounds); round++) {
    turns.push(await against("pairroom", COMMANDS, commandTurn))
    process.stderr.write(`commands ${round + 1} ${JSON.stringify(turns.at(-1))}\n`)
  }
  const of = (figure: keyof CommandOutcome) => median(turns.map((turn) => turn[figure]))
  rows.push(
    "",
    `Commands, each durable in SQLite: ${of("perSecond").toFixed(0)} a second on one core; at ${PACE} a second answered in ` +
      `${of("p50").toFixed(1)} ms at the median, ${of("p99").toFixed(1)} ms at the 99th percentile.`
  )
}

const table = rows.join("\n")
process.stdout.write(`${table}\n`)

/** What a row is about. */
const keyOf = (row: string) => (row.startsWith("|") ? row.split("|", 3).join() : row.slice(0, "Commands".length))

/** Puts rows in the place of those of the same workload and server. */
const written = (figures: string): string => {
  const kept = new Map(
    figures
      .trim()
      .split("\n")
      .map((row) => [keyOf(row), row])
  )
  for (const row of rows) kept.set(keyOf(row), row)
  return [...kept.values()].join("\n")
}

if (options.write) {
  const document = new URL("README.md", import.meta.url)
  writeFileSync(
    document,
    readFileSync(document, "utf8").replace(
      /(<!-- figures -->\n)([^]*?)(<!-- \/figures -->)/,
      (_, open, figures, close) => `${open}\n${written(figures)}\n\n${close}`
    )
  )
}
