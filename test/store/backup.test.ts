/** The commands of the document on stores, run as they stand there, but for their paths and ports. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import * as Redis from "../cluster/redis.ts"
import { commands } from "../documents/documents.ts"
import { address, type Instance, start } from "../instance.ts"
import { folder } from "./files.ts"

const DOCUMENT = "src/store/README.md"

/** So many commands of the document, from the first one on that begins so. */
const from = (first: string, length: number) => {
  const all = commands(DOCUMENT).map(({ text }) => text)
  const index = all.findIndex((text) => text.startsWith(first))
  assert.isAtLeast(index, 0, first)
  return all.slice(index, index + length)
}

const shell = (command: string) => execFileSync("sh", ["-e", "-c", command], { encoding: "utf8" })

const newRoom = (url: string) =>
  Effect.promise(async () => {
    const response = await fetch(`${url}/api/pair-room`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ driver: "lemon", navigator: "apple", timerDuration: 600_000 })
    })
    const { accessCode } = (await response.json()) as { readonly accessCode: string }
    return accessCode
  })

const statusOf = (url: string, code: string) =>
  Effect.promise(async () => (await fetch(`${url}/api/pair-room/${code}`)).status)

describe("a backup", { concurrent: true }, () => {
  it.live("of SQLite by the document's commands has every room, and brings back what was there", () =>
    Effect.gen(function* () {
      const home = yield* folder
      for (const name of ["rooms", "backups"]) mkdirSync(join(home, name))
      const begin = start({ STORE_URL: `sqlite:${join(home, "rooms", "pairroom.db")}` })
      let running: Instance = yield* begin
      const [backup, restore] = [from("systemctl stop", 3), from("systemctl stop", 8).slice(3)]
      for (const lines of [backup, restore]) assert.strictEqual(lines.at(-1), "systemctl start pairroom")
      const perform = Effect.fnUntraced(function* (lines: ReadonlyArray<string>) {
        for (const line of lines) {
          if (line === "systemctl stop pairroom") assert.strictEqual(yield* running.end("SIGTERM"), 0)
          else if (line === "systemctl start pairroom") running = yield* begin
          else
            shell(line.replaceAll("/var/lib/pairroom", `${home}/rooms`).replaceAll("/var/backups", `${home}/backups`))
        }
      })
      const kept = yield* newRoom(yield* address(running))
      yield* perform(backup)
      const later = yield* newRoom(yield* address(running))
      yield* perform(restore)
      const url = yield* address(running)
      assert.strictEqual(yield* statusOf(url, kept), 200)
      assert.strictEqual(yield* statusOf(url, later), 404)
    })
  )

  it.live("of SQLite by another program is refused while it runs, as the document says", () =>
    Effect.gen(function* () {
      const home = yield* folder
      const file = join(home, "pairroom.db")
      yield* Effect.flatMap(start({ STORE_URL: `sqlite:${file}` }), address)
      const other = yield* Effect.acquireRelease(
        Effect.sync(() => new DatabaseSync(file)),
        (database) => Effect.sync(() => database.close())
      )
      assert.throws(() => other.exec(`VACUUM INTO '${join(home, "copy.db")}'`), "database is locked")
    })
  )

  it.live.skipIf(Redis.missing !== undefined)("of Redis while it runs has every room, and Redis starts from it", () =>
    Effect.gen(function* () {
      const home = yield* folder
      const on = (port: number) => (line: string) =>
        shell(
          line.replaceAll("localhost:6379", `127.0.0.1:${port}`).replaceAll("/var/backups/pairroom", `${home}/dump`)
        )
      const [copy, append] = [...from("redis-cli -u redis://localhost:6379 --rdb", 1), ...from("redis-cli", 2).slice(1)]
      const first = yield* Redis.start({ appendonly: true })
      const url = yield* Effect.flatMap(start({ STORE_URL: first.url }), address)
      const code = yield* newRoom(url)
      on(first.port)(copy!)
      const second = yield* Redis.start({ settings: { dir: home, appendonly: "no" } })
      assert.strictEqual(on(second.port)(append!).trim(), "OK")
      const again = yield* Effect.flatMap(start({ STORE_URL: second.url }), address)
      assert.strictEqual(yield* statusOf(again, code), 200)
    })
  )
})
