/** A Redis of the tests' own: on a free port, in a temporary folder, gone with the scope that it was started in. */
import { Effect, type Scope } from "effect"
import { type ChildProcess, execFile, execFileSync, spawn, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { freePort } from "./port.ts"

/** What to do where there is no Redis; undefined where there is one. */
export const missing: string | undefined = ["redis-server", "redis-cli"].some(
  (program) => spawnSync(program, ["--version"]).status !== 0
)
  ? "redis-server is missing; these tests need it: apt-get install redis-server"
  : undefined

if (missing !== undefined) console.warn(missing)

export interface RedisOptions {
  readonly password?: string
  /** Serves TLS, and nothing else, with a certificate of its own: see `certificate`. */
  readonly tls?: boolean
  /** Keeps an append-only file, in sync with every write. */
  readonly appendonly?: boolean
  /** Any other setting of `redis.conf`, such as `{ "maxmemory-policy": "allkeys-lru" }`. */
  readonly settings?: Readonly<Record<string, string>>
}

export interface RedisServer {
  readonly port: number
  /** For `STORE_URL`, password and all. */
  readonly url: string
  /** With TLS, the file of the certificate that clients have to trust (`NODE_EXTRA_CA_CERTS`). */
  readonly certificate: string
  /** Ends it at once (`SIGKILL`). */
  readonly kill: Effect.Effect<void>
  /** Starts it again on the same port, with what it has kept; ends it first if it runs. */
  readonly restart: Effect.Effect<void>
  /** Makes it hang, connections open (`SIGSTOP`), until `cont`. */
  readonly stop: Effect.Effect<void>
  readonly cont: Effect.Effect<void>
  /** Runs a command with `redis-cli`, and gives what it prints. */
  readonly command: (...args: ReadonlyArray<string>) => Effect.Effect<string>
}

/** Starts a Redis, and waits until it answers. */
export const start = Effect.fnUntraced(function* (
  options: RedisOptions = {}
): Effect.fn.Return<RedisServer, never, Scope.Scope> {
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "pairroom-redis-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  )
  const port = yield* freePort
  const [certificate, key] = [join(folder, "certificate.pem"), join(folder, "key.pem")]
  if (options.tls) selfSign(certificate, key)
  const settings = {
    dir: folder,
    bind: "127.0.0.1",
    save: "",
    loglevel: "warning",
    ...(options.password === undefined ? {} : { requirepass: options.password }),
    ...(options.appendonly ? { appendonly: "yes", appendfsync: "always" } : {}),
    ...(options.tls
      ? {
          port: "0",
          "tls-port": `${port}`,
          "tls-cert-file": certificate,
          "tls-key-file": key,
          "tls-auth-clients": "no"
        }
      : { port: `${port}` }),
    ...options.settings
  }
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])
  const cli = [
    "-p",
    `${port}`,
    "--no-auth-warning",
    ...(options.password === undefined ? [] : ["-a", options.password]),
    ...(options.tls ? ["--tls", "--cacert", certificate] : [])
  ]
  const login = options.password === undefined ? "" : `:${encodeURIComponent(options.password)}@`
  let server: ChildProcess | undefined

  const ended = Effect.callback<void>((resume) => {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return resume(Effect.void)
    server.once("exit", () => resume(Effect.void))
    server.kill("SIGKILL")
  })

  /** In real time, whatever clock a test has. */
  const answers = Effect.promise(async () => {
    for (let attempt = 0; attempt < 500; attempt++) {
      if ((await run("redis-cli", [...cli, "PING"])) === "PONG") return
      await setTimeout(20)
    }
    throw new Error("redis-server does not answer")
  })

  const restart = ended.pipe(
    Effect.andThen(
      Effect.sync(() => {
        server = spawn("redis-server", args, { stdio: ["ignore", "ignore", "inherit"] })
      })
    ),
    Effect.andThen(answers)
  )

  yield* Effect.acquireRelease(restart, () => ended)
  return {
    port,
    url: `redis${options.tls ? "s" : ""}://${login}127.0.0.1:${port}`,
    certificate,
    kill: ended,
    restart,
    stop: Effect.sync(() => void server?.kill("SIGSTOP")),
    cont: Effect.sync(() => void server?.kill("SIGCONT")),
    command: (...args) => Effect.promise(() => run("redis-cli", [...cli, ...args]))
  }
})

/** What a program prints, its errors too. */
const run = (program: string, args: ReadonlyArray<string>): Promise<string> =>
  new Promise((resolve) =>
    execFile(program, args, { timeout: 5_000 }, (_, stdout, stderr) => resolve((stdout + stderr).trim()))
  )

const selfSign = (certificate: string, key: string) => {
  const how = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
  const names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
  execFileSync("openssl", [...how.split(" "), "-addext", names, "-keyout", key, "-out", certificate], {
    stdio: "ignore"
  })
}
