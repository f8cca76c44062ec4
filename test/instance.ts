/** The service as a process of its own, gone with the scope that it was started in. */
import { Effect, Queue, type Scope } from "effect"
import { spawn } from "node:child_process"

export interface Instance {
  readonly pid: number
  /** What it prints. */
  readonly lines: Queue.Queue<string>
  readonly errors: () => string
  readonly isRunning: () => boolean
  readonly signal: (signal: NodeJS.Signals) => void
  /** Ends it with a signal, or waits for its end, and gives its exit code. */
  readonly end: (signal?: NodeJS.Signals) => Effect.Effect<number | null>
}

/** What was compiled once is there for the next: there are dozens of starts in these tests. */
export const compileCache = { NODE_COMPILE_CACHE: "node_modules/.cache/compiled" }

/** For tests of load, which come from one address. */
export const noLimits = {
  STREAMS_PER_ROOM: "off",
  STREAMS_PER_ADDRESS: "off",
  ROOMS_PER_MINUTE: "off",
  COMMANDS_PER_MINUTE: "off",
  UNKNOWN_CODES_PER_MINUTE: "off"
}

/**
 * Starts it on a free port of the loopback, with these settings and no others. It may have `descriptors` open at once, by default as
 * many as this process.
 */
export const start = (
  env: Record<string, string>,
  descriptors = "$(ulimit -Hn)"
): Effect.Effect<Instance, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.gen(function* () {
      const lines = yield* Queue.unbounded<string>()
      const run = `ulimit -n ${descriptors} && exec "$0" src/main.ts serve`
      const child = spawn("sh", ["-c", run, process.execPath], {
        env: { PATH: process.env["PATH"], HOST: "127.0.0.1", PORT: "0", ...compileCache, ...env }
      })
      let errors = ""
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        for (const line of text.trim().split("\n")) Queue.offerUnsafe(lines, line)
      })
      child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text))
      const exit = new Promise<number | null>((resolve) => child.on("close", resolve))
      return {
        pid: child.pid ?? 0,
        lines,
        errors: () => errors,
        isRunning: () => child.exitCode === null && child.signalCode === null,
        signal: (signal: NodeJS.Signals) => void child.kill(signal),
        end: (signal?: NodeJS.Signals) =>
          Effect.promise(() => {
            if (signal !== undefined) child.kill(signal)
            return exit
          })
      }
    }),
    ({ end }) => end("SIGKILL")
  )

/** A line of text, or of JSON. */
export const GREETING = /Pairroom is at (http:[^\s"]+)/

/** Waits until it serves, and gives its address. Dies if the process ends before. */
export const address = ({ end, errors, lines }: Instance): Effect.Effect<string> =>
  Queue.take(lines).pipe(
    Effect.repeat({ until: (line) => GREETING.test(line) }),
    Effect.map((line) => GREETING.exec(line)![1]!.replace("localhost", "127.0.0.1")),
    Effect.raceFirst(Effect.flatMap(end(), (code) => Effect.die(new Error(`it ended with ${code}: ${errors()}`))))
  )

/** Sends one request, and gives the JSON of its answer; undefined where there is none. */
export const ask = (url: string, method = "GET", body?: unknown) =>
  Effect.promise(async () => {
    const response = await fetch(url, {
      method,
      ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) })
    })
    const text = await response.text()
    return text === "" ? undefined : JSON.parse(text)
  })
