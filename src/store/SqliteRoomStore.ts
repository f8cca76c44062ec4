/**
 * Rooms in one SQLite file that one process owns: the default of `npm start`. What was acknowledged is there after a
 * `kill -9`.
 */
import { Data, type Duration, Effect, Layer, Schema } from "effect"
import { mkdirSync } from "node:fs"
import { dirname } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { RoomState } from "../domain/RoomState.ts"
import * as LocalRoomStore from "./local/LocalRoomStore.ts"
import { DamagedRow, type Rows } from "./local/Rows.ts"
import { DEFAULT_TTL, RoomStore } from "./RoomStore.ts"

/** Marks the file as ours (`PRAGMA application_id`): "pair" in ASCII. */
const APPLICATION_ID = 0x70616972

/** The version of the tables (`PRAGMA user_version`). */
const SCHEMA_VERSION = 1

/** How long a start waits for another process to let go of the file, in milliseconds. */
const BUSY_TIMEOUT = 5_000

/** The file cannot be used; the message names it and says why. */
export class StoreFileError extends Data.TaggedError("StoreFileError")<{
  readonly file: string
  readonly message: string
}> {}

/**
 * Returns a store that keeps its rooms in `file`, each for `ttl` (7 days by default) after it was last changed or watched.
 * Makes the file and its folder where they are missing. Fails with `StoreFileError` where the file cannot be used.
 */
export const layer = (
  file: string,
  options?: { readonly ttl?: Duration.Duration }
): Layer.Layer<RoomStore, StoreFileError> =>
  Layer.effect(
    RoomStore,
    Effect.acquireRelease(Effect.try({ try: () => open(file), catch: (cause) => describe(file, cause) }), (database) =>
      Effect.sync(() => database.close())
    ).pipe(Effect.flatMap((database) => LocalRoomStore.make(rowsOf(database), options?.ttl ?? DEFAULT_TTL)))
  )

const open = (file: string): DatabaseSync => {
  mkdirSync(dirname(file), { recursive: true })
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT })
  try {
    // Locked from the first read to the end of the process: two owners would each miss the changes of the other.
    database.exec("PRAGMA locking_mode = EXCLUSIVE")
    check(database)
    database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
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

const number = (database: DatabaseSync, sql: string): number =>
  Number(Object.values(database.prepare(sql).get() ?? {})[0])

const SQLITE_BUSY = 5
const SQLITE_CORRUPT = 11
const SQLITE_CANTOPEN = 14
const SQLITE_NOTADB = 26

/** The low byte of an error code says what it is, the rest which kind of it ("Result and Error Codes", sqlite.org). */
const primaryCode = (cause: unknown): number => ((cause as { readonly errcode?: number }).errcode ?? 0) & 0xff

const describe = (file: string, cause: unknown): StoreFileError => {
  const { message } = cause as { readonly message: string }
  const reasons: Record<number, string> = {
    [SQLITE_BUSY]: `another process has it open (waited ${BUSY_TIMEOUT / 1_000} seconds)`,
    [SQLITE_CORRUPT]: `it is damaged (${message})`,
    [SQLITE_CANTOPEN]: `it cannot be opened (${message})`,
    [SQLITE_NOTADB]: "it is not a SQLite database, or it is damaged"
  }
  return new StoreFileError({ file, message: `${file}: ${reasons[primaryCode(cause)] ?? message}` })
}

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(RoomState))

/** Whether an error in reading a row is about this row alone: it cannot be decoded, or its page of the file is damaged. */
const isOfOneRow = (cause: unknown): boolean => [0, SQLITE_CORRUPT].includes(primaryCode(cause))

const rowsOf = (database: DatabaseSync): Rows => {
  const get = database.prepare("SELECT touched_at, state FROM rooms WHERE key = ?")
  const put = database.prepare(
    "INSERT INTO rooms (key, touched_at, state) VALUES (?, ?, ?) " +
      "ON CONFLICT DO UPDATE SET touched_at = excluded.touched_at, state = excluded.state"
  )
  const remove = database.prepare("DELETE FROM rooms WHERE key = ?")
  const touch = database.prepare("UPDATE rooms SET touched_at = ? WHERE key = ?")
  const expire = database.prepare("DELETE FROM rooms WHERE touched_at <= ?")
  return {
    get: (key) => {
      try {
        const row = get.get(key)
        return row && { touchedAt: Number(row["touched_at"]), state: decode(row["state"]) }
      } catch (cause) {
        throw isOfOneRow(cause) ? new DamagedRow({ cause }) : cause
      }
    },
    // A RoomState is JSON as it stands. A test compares this with what its Schema encodes.
    put: (key, { state, touchedAt }) => void put.run(key, touchedAt, JSON.stringify(state)),
    delete: (key) => void remove.run(key),
    touch: (key, touchedAt) => void touch.run(touchedAt, key),
    expire: (touchedAt) => void expire.run(touchedAt),
    // Writes the first page of the file, though nothing in it changes.
    probe: () => database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`),
    transaction: (write) => {
      database.exec("BEGIN IMMEDIATE")
      try {
        const result = write()
        database.exec("COMMIT")
        return result
      } catch (cause) {
        if (database.isTransaction) database.exec("ROLLBACK")
        throw cause
      }
    }
  }
}
