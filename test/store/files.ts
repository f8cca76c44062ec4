/** Stores in real files, and what the tests of them share. */
import { vi } from "@effect/vitest"
import { type Duration, Effect, Logger, type Scope } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { RoomStore } from "../../src/store/RoomStore.ts"
import * as SqliteRoomStore from "../../src/store/SqliteRoomStore.ts"
import { room } from "./rooms.ts"

export type Store = RoomStore["Service"]

/** A temporary folder, gone with the scope. */
export const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "pairroom-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** A file that is not there yet, in a folder of its own. */
export const newFile = Effect.map(folder, (path) => join(path, "rooms.db"))

/** Opens the store, uses it and closes it again. */
export const using = <A, E>(
  file: string,
  use: (store: Store) => Effect.Effect<A, E, Scope.Scope>,
  options?: { readonly ttl: Duration.Duration }
) => RoomStore.use(use).pipe(Effect.provide(SqliteRoomStore.layer(file, options)))

/** The same, with the connection of the store. */
export const usingDatabase = <A, E>(
  file: string,
  use: (store: Store, database: DatabaseSync) => Effect.Effect<A, E, Scope.Scope>,
  options?: { readonly ttl: Duration.Duration }
) =>
  Effect.gen(function* () {
    const exec = yield* Effect.acquireRelease(
      Effect.sync(() => vi.spyOn(DatabaseSync.prototype, "exec")),
      (spy) => Effect.sync(() => spy.mockRestore())
    )
    return yield* using(file, (store) => use(store, exec.mock.contexts[0] as DatabaseSync), options)
  })

/** How it went: the name of the error, or "Success". */
export const tagOf = <A, E extends { readonly _tag: string }, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.match(effect, { onSuccess: () => "Success", onFailure: ({ _tag }) => _tag })

/** What a client is told when it fails, or "Success". */
export const toldBy = <A, E extends { readonly message: string }, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.match(effect, { onSuccess: () => "Success", onFailure: ({ message }) => message })

/** Uses the file as any program could, past the store. */
export const editing = <A>(file: string, edit: (database: DatabaseSync) => A) =>
  Effect.acquireUseRelease(
    Effect.sync(() => new DatabaseSync(file)),
    (database) => Effect.sync(() => edit(database)),
    (database) => Effect.sync(() => database.close())
  )

/** Puts many rooms into a file, all of them touched at the same time. */
export const fill = (file: string, keys: ReadonlyArray<string>, touchedAt = 0) =>
  Effect.andThen(
    using(file, () => Effect.void),
    editing(file, (database) => {
      const put = database.prepare("INSERT INTO rooms VALUES (?, ?, ?)")
      database.exec("BEGIN")
      for (const key of keys) put.run(key, touchedAt, JSON.stringify(room(key)))
      database.exec("COMMIT")
    })
  )

/** The keys in a file. */
export const keysIn = (file: string) =>
  editing(file, (database) =>
    database
      .prepare("SELECT key FROM rooms ORDER BY key")
      .all()
      .map(({ key }) => String(key))
  )

/** What was logged, each line as "Level message". `layer` takes the log. */
export const recordedLog = Effect.sync(() => {
  const all: Array<string> = []
  return {
    lines: Effect.sync((): ReadonlyArray<string> => [...all]),
    layer: Logger.layer([
      Logger.make(({ logLevel, message }) => void all.push(`${logLevel} ${[message].flat().map(String).join(" ")}`))
    ])
  }
})

/** Lets the event loop turn once. */
export const turn = Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))

/** Lets the event loop turn until something holds: what runs in steps goes on in real time, whatever clock a test has. */
export const untilHolds = (holds: () => boolean): Effect.Effect<void> =>
  Effect.promise(async () => {
    while (!holds()) await new Promise((resolve) => setImmediate(resolve))
  })
