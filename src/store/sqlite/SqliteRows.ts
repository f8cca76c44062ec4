/**
 * Rows in a SQLite file.
 */
import { Result } from "effect"
import type { DatabaseSync } from "node:sqlite"
import { type Rows, TransactionSpoiled } from "../local/Rows.ts"
import { damaged } from "../StoredState.ts"
import { number, primaryCode, SQLITE_CORRUPT } from "./DatabaseFile.ts"
import * as FilePlace from "./FilePlace.ts"
import * as KnownStates from "./KnownStates.ts"

/** How many pages are given back at once. */
const PAGES_AT_ONCE = 100

/** The row of a probe: no access code is empty, and no room has so many characters. */
const PROBE_KEY = ""
const PROBE_TEXT = "probe ".repeat(3_000)

/** Returns the rows of an open file, which has to stay in its place. */
export const make = (database: DatabaseSync, place: FilePlace.FilePlace): Rows => {
  const get = database.prepare("SELECT touched_at, state FROM rooms WHERE key = ?")
  const put = database.prepare(
    "INSERT INTO rooms (key, touched_at, state) VALUES (?, ?, ?) " +
      "ON CONFLICT DO UPDATE SET touched_at = excluded.touched_at, state = excluded.state"
  )
  const remove = database.prepare("DELETE FROM rooms WHERE key = ?")
  const touch = database.prepare("UPDATE rooms SET touched_at = ? WHERE key = ?")
  const expired = database.prepare("SELECT key FROM rooms WHERE touched_at <= ? ORDER BY touched_at LIMIT ?")
  const expire = database.prepare("DELETE FROM rooms WHERE key = ? AND touched_at <= ?")

  const count = database.prepare("SELECT COUNT(*) AS rooms FROM rooms")

  const states = KnownStates.make()

  /** Runs what concerns one row. A damaged page of the file is the trouble of the rows on it. */
  const ofRow = <A>(key: string, run: () => A): A => {
    try {
      return run()
    } catch (cause) {
      if (primaryCode(cause) !== SQLITE_CORRUPT) throw cause
      const room = damaged(key, (cause as Error).message)
      throw database.isTransaction ? new TransactionSpoiled({ room }) : room
    }
  }

  const transaction: Rows["transaction"] = (write) => {
    FilePlace.verify(place)
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

  return {
    get: (key) => {
      const row = ofRow(key, () => get.get(key))
      return row && { touchedAt: Number(row["touched_at"]), state: Result.getOrThrow(states.decode(key, row["state"])) }
    },
    // A RoomState is JSON as it stands. A test compares this with what its Schema encodes.
    put: (key, { state, touchedAt }) => {
      const text = JSON.stringify(state)
      ofRow(key, () => put.run(key, touchedAt, text))
      states.note(key, text, state)
    },
    delete: (key) => {
      ofRow(key, () => remove.run(key))
      states.forget(key)
    },
    touch: (key, touchedAt) => void ofRow(key, () => touch.run(touchedAt, key)),
    expired: (touchedAt, atMost) => expired.all(touchedAt, atMost).map(({ key }) => String(key)),
    expire: (key, touchedAt) => void ofRow(key, () => expire.run(key, touchedAt)),
    count: () => Number(count.get()?.["rooms"]),
    compact: () => {
      if (number(database, "PRAGMA freelist_count") === 0) return false
      database.exec(`PRAGMA incremental_vacuum(${PAGES_AT_ONCE})`)
      if (number(database, "PRAGMA freelist_count") > 0) return true
      // Only this makes the file smaller.
      database.exec("PRAGMA wal_checkpoint(PASSIVE)")
      return false
    },
    verify: () => FilePlace.verify(place),
    // In two transactions: if the row were gone at the commit, nothing would be written.
    probe: () => {
      transaction(() => put.run(PROBE_KEY, 0, PROBE_TEXT))
      get.get(PROBE_KEY)
      transaction(() => remove.run(PROBE_KEY))
    },
    transaction
  }
}
