/**
 * The file of a SQLite store: opened, checked and brought into its present form.
 */
import { Data, Effect } from "effect"
import { existsSync, mkdirSync } from "node:fs"
import { dirname } from "node:path"
import { DatabaseSync } from "node:sqlite"

/** Marks the file as ours (`PRAGMA application_id`): "pair" in ASCII. */
const APPLICATION_ID = 0x70616972

/** The version of the tables (`PRAGMA user_version`). */
const SCHEMA_VERSION = 1

/** How long a start waits for another process to let go of the file, in milliseconds. */
const BUSY_TIMEOUT = 5_000

/** After how many pages the write-ahead log is copied into the file: so few that it takes a few milliseconds. */
const CHECKPOINT_PAGES = 250

/** `PRAGMA auto_vacuum`: the file can be made smaller in steps. */
const INCREMENTAL = 2

/** The file cannot be used; the message names it and says why. */
export class StoreFileError extends Data.TaggedError("StoreFileError")<{
  readonly file: string
  readonly message: string
}> {}

/** Opens the file until the scope is closed. Makes the file and its folder where they are missing. */
export const open = Effect.fnUntraced(function* (file: string) {
  const database = yield* Effect.acquireRelease(
    Effect.try({ try: () => openSync(file), catch: (cause) => describe(file, cause) }),
    (database) => Effect.sync(() => database.close())
  )
  // It takes room on the disk. Without it rooms are just as safe.
  yield* Effect.try(() => makeShrinkable(database)).pipe(
    Effect.catch(({ cause }) =>
      Effect.logWarning(`${file} keeps its size when rooms are deleted, until a start can convert it`, cause)
    )
  )
  return database
})

/** Makes a folder and those above it. Node's own `recursive` has no end where no folder can be made, as under `/proc`. */
const makeFolder = (folder: string): void => {
  if (existsSync(folder)) return
  makeFolder(dirname(folder))
  try {
    mkdirSync(folder)
  } catch (cause) {
    // Another process may have made it meanwhile.
    if (!existsSync(folder)) throw cause
  }
}

const openSync = (file: string): DatabaseSync => {
  makeFolder(dirname(file))
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT })
  try {
    // Locked from the first read to the end of the process: two owners would each miss the changes of the other.
    database.exec("PRAGMA locking_mode = EXCLUSIVE")
    check(database)
    database.exec(`
      PRAGMA auto_vacuum = INCREMENTAL;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
      BEGIN IMMEDIATE;
      CREATE TABLE IF NOT EXISTS rooms (
        key TEXT PRIMARY KEY,
        touched_at INTEGER NOT NULL,
        state TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS rooms_touched_at ON rooms (touched_at);
      PRAGMA application_id = ${APPLICATION_ID};
      PRAGMA user_version = ${SCHEMA_VERSION};
      COMMIT;
    `)
    return database
  } catch (cause) {
    database.close()
    throw cause
  }
}

/** Throws where the file is not ours or is damaged. Only reads, so that such a file stays as it is. */
const check = (database: DatabaseSync): void => {
  const tables = number(database, "SELECT count(*) FROM sqlite_schema")
  const application = number(database, "PRAGMA application_id")
  if (application !== APPLICATION_ID && (tables > 0 || application !== 0)) {
    throw new Error("it is a database of another program")
  }
  const version = number(database, "PRAGMA user_version")
  if (version > SCHEMA_VERSION) {
    throw new Error(`it was written by a newer Pairroom (version ${version}, this one reads up to ${SCHEMA_VERSION})`)
  }
  const damage = Object.values(database.prepare("PRAGMA quick_check(1)").get() ?? {})[0]
  if (damage !== "ok") {
    throw new Error(`it is damaged (${String(damage).replaceAll("\n", " ")})`)
  }
}

/** Writes a file of an older release anew, once, so that it can be made smaller from then on. */
const makeShrinkable = (database: DatabaseSync): void => {
  if (number(database, "PRAGMA auto_vacuum") === INCREMENTAL) return
  database.exec("PRAGMA auto_vacuum = INCREMENTAL; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")
}

/** Returns the only value of a query's first row. */
export const number = (database: DatabaseSync, sql: string): number =>
  Number(Object.values(database.prepare(sql).get() ?? {})[0])

const SQLITE_BUSY = 5
const SQLITE_READONLY = 8
export const SQLITE_CORRUPT = 11
const SQLITE_FULL = 13
const SQLITE_CANTOPEN = 14
const SQLITE_NOTADB = 26

/** The low byte of an error code says what it is, the rest which kind of it ("Result and Error Codes", sqlite.org). */
export const primaryCode = (cause: unknown): number => ((cause as { readonly errcode?: number }).errcode ?? 0) & 0xff

const describe = (file: string, cause: unknown): StoreFileError => {
  const { message } = cause as { readonly message: string }
  const reasons: Record<number, string> = {
    [SQLITE_BUSY]: `another process has it open, perhaps a Pairroom that is running already (waited ${BUSY_TIMEOUT / 1_000} seconds)`,
    [SQLITE_READONLY]: "it cannot be written; check the rights of the file and of its folder",
    [SQLITE_CORRUPT]: `it is damaged (${message})`,
    [SQLITE_FULL]: "its disk is full",
    [SQLITE_CANTOPEN]: `it cannot be opened (${message})`,
    [SQLITE_NOTADB]: "it is not a SQLite database, or it is damaged"
  }
  return new StoreFileError({ file, message: `${file}: ${reasons[primaryCode(cause)] ?? message}` })
}
