/** An nginx of the tests' own: on a free port, in a temporary folder, gone with the scope that it was started in. */
import { Effect, type Scope } from "effect"
import { spawn, spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { freePort } from "./port.ts"

/** Debian has it where only root looks. */
const env = { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin` }

/** What to do where there is no nginx; undefined where there is one. */
export const missing: string | undefined =
  spawnSync("nginx", ["-v"], { env }).status !== 0
    ? "nginx is missing; these tests need it: apt-get install nginx"
    : undefined

if (missing !== undefined) console.warn(missing)

/** A configuration of the folder `nginx`, or that of the containers. */
type Name = "round-robin" | "prefix" | "stock" | "container"

const siteOf = (name: Name): string =>
  name === "container"
    ? // In a network of containers the instances have names, which are looked up while nginx runs.
      readFileSync(new URL("../../src/container/nginx.conf", import.meta.url), "utf8")
        .replace(/^ *resolver .*$/m, "")
        .replace(/\bpairroom-(\d):3000( .*)? resolve;/g, "127.0.0.1:300$1$2;")
    : readFileSync(new URL(`nginx/${name}.conf`, import.meta.url), "utf8")

/** Runs a configuration, with these ports in place of those that it names, in their order, and with `settings` besides. */
export const start = Effect.fnUntraced(function* (
  name: Name,
  instances: ReadonlyArray<number>,
  settings = ""
): Effect.fn.Return<{ readonly port: number; readonly url: string }, never, Scope.Scope> {
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "pairroom-nginx-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  )
  const port = yield* freePort
  writeFileSync(join(folder, "site.conf"), withPorts(siteOf(name), port, instances))
  writeFileSync(join(folder, "nginx.conf"), stock(folder, settings))
  const nginx = yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn("nginx", ["-e", "stderr", "-c", join(folder, "nginx.conf")], {
        env,
        stdio: ["ignore", "ignore", "inherit"]
      })
    ),
    (nginx) =>
      Effect.callback<void>((resume) => {
        if (nginx.exitCode !== null) return resume(Effect.void)
        nginx.once("exit", () => resume(Effect.void))
        nginx.kill("SIGTERM")
      })
  )
  const over = Effect.callback<never>((resume) => {
    nginx.once("exit", (code) => resume(Effect.die(`nginx ended with code ${code}`)))
  })
  yield* Effect.raceFirst(listening(port), over)
  return { port, url: `http://127.0.0.1:${port}` }
})

const withPorts = (site: string, port: number, instances: ReadonlyArray<number>): string => {
  const named = [...new Set(site.match(/127\.0\.0\.1:\d+/g))]
  return site
    .replace(/127\.0\.0\.1:\d+/g, (address) => `127.0.0.1:${instances[named.indexOf(address)]}`)
    .replace("listen 80;", `listen 127.0.0.1:${port};`)
}

/** The `nginx.conf` of Debian, but for its paths and room for more than 768 connections. */
const stock = (folder: string, settings: string) => `
daemon off;
${process.getuid?.() === 0 ? "user root;" : ""}
worker_processes 1;
pid ${folder}/pid;
error_log stderr crit;
events {
    worker_connections 8192;
}
http {
    sendfile on;
    tcp_nopush on;
    types_hash_max_size 2048;
    default_type application/octet-stream;
    access_log off;
    gzip on;
    ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/${name};`).join(" ")}
    ${settings}
    include ${folder}/site.conf;
}
`

/** Done as soon as someone listens there. */
const listening = (port: number): Effect.Effect<void> =>
  Effect.callback<void, Error>((resume) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy()
      resume(Effect.void)
    })
    socket.on("error", (error) => resume(Effect.fail(error)))
  }).pipe(Effect.eventually)
