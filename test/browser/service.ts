/** The service as it is run, for the tests of the page: a process of its own. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import type { RoomView } from "../../src/domain/RoomView.ts"
import type { NewRoom } from "../../src/domain/RoomInput.ts"
import { compileCache, GREETING, noLimits } from "../instance.ts"

export interface Service {
  /** Without a slash at its end. */
  readonly url: string
  /** Opens a room of lemon and apple for ten minutes, unless told otherwise, and gives its access code. */
  readonly create: (room?: Partial<NewRoom>) => Promise<string>
  readonly room: (code: string) => Promise<RoomView>
  readonly start: (code: string) => Promise<void>
  readonly set: (code: string, timer: { readonly duration: number; readonly remainingTime?: number }) => Promise<void>
  /** Puts the people in this order. */
  readonly order: (code: string, order: ReadonlyArray<string>) => Promise<void>
  readonly takeBreak: (code: string) => Promise<void>
  readonly next: (code: string) => Promise<void>
  readonly complete: (code: string) => Promise<void>
  readonly kill: () => Promise<void>
  /** Starts it again on the same port, with the rooms that it has kept. */
  readonly restart: () => Promise<void>
  /** It answers nothing any more, with its connections open, until it goes on. */
  readonly hang: () => void
  readonly goOn: () => void
  readonly end: () => Promise<void>
}

/** Rooms are kept in memory, or in a file to live through a restart; then heartbeats are short too. */
export const start = async ({ isRestarted = false } = {}): Promise<Service> => {
  const folder = mkdtempSync(join(tmpdir(), "pairroom-page-"))
  const env = {
    PATH: process.env["PATH"],
    // All visitors of all tests have one address.
    ...noLimits,
    ...compileCache,
    HOST: "127.0.0.1",
    LOG_LEVEL: "Warn",
    ...(isRestarted
      ? { STORE_URL: `sqlite:${join(folder, "rooms.db")}`, HEARTBEAT_INTERVAL: "1 second" }
      : { STORE_URL: "memory:" })
  }
  let running = await run({ ...env, PORT: "0" })
  const { url } = running

  const ask = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${url}/api${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) })
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return text === "" ? undefined : JSON.parse(text)
  }
  const kill = async () => {
    const { child } = running
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill("SIGKILL")
    await once(child, "exit")
  }

  return {
    url,
    create: async (room) =>
      (await ask("POST", "/pair-room", { driver: "lemon", navigator: "apple", timerDuration: 600_000, ...room }))
        .accessCode,
    room: (code) => ask("GET", `/pair-room/${code}`),
    start: (code) => ask("PATCH", `/${code}/timer/start`),
    set: (code, timer) => ask("PATCH", `/${code}/timer`, timer),
    order: (code, order) => ask("PATCH", `/pair-room/${code}/people`, { order }),
    takeBreak: (code) => ask("PATCH", `/${code}/timer/break`),
    next: (code) => ask("PATCH", `/${code}/timer/next`),
    complete: (code) => ask("PATCH", `/pair-room/${code}/status`, { status: "COMPLETED" }),
    kill,
    restart: async () => {
      running = await run({ ...env, PORT: new URL(url).port })
    },
    hang: () => void running.child.kill("SIGSTOP"),
    goOn: () => void running.child.kill("SIGCONT"),
    end: async () => {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

/** Waits until it serves; what it complains of is seen. */
const run = async (env: NodeJS.ProcessEnv): Promise<{ readonly child: ChildProcess; readonly url: string }> => {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "src/main.ts", "serve"], {
    env,
    stdio: ["ignore", "pipe", "inherit"]
  })
  for await (const line of createInterface(child.stdout)) {
    const [, url] = GREETING.exec(line) ?? []
    if (url === undefined) continue
    child.stdout.resume()
    return { child, url }
  }
  throw new Error("the service did not start")
}
