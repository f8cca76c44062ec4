/**
 * Rooms in one SQLite file that one process owns: the default of `npm start`. What was acknowledged is there after a
 * `kill -9`.
 */
import { type Duration, Effect, Layer } from "effect"
import * as LocalRoomStore from "./local/LocalRoomStore.ts"
import { DEFAULT_TTL, RoomStore } from "./RoomStore.ts"
import * as DatabaseFile from "./sqlite/DatabaseFile.ts"
import * as FilePlace from "./sqlite/FilePlace.ts"
import * as SqliteRows from "./sqlite/SqliteRows.ts"

export { StoreFileError } from "./sqlite/DatabaseFile.ts"

/**
 * Returns a store that keeps its rooms in `file`, each for `ttl` (7 days by default) after it was last changed or watched.
 * Makes the file and its folder where they are missing. Fails with `StoreFileError` where the file cannot be used.
 */
export const layer = (
  file: string,
  options?: { readonly ttl?: Duration.Duration }
): Layer.Layer<RoomStore, DatabaseFile.StoreFileError> =>
  Layer.effect(
    RoomStore,
    Effect.flatMap(DatabaseFile.open(file), (database) => {
      // What is acknowledged is in the write-ahead log first.
      const place = FilePlace.of([file, `${file}-wal`])
      return LocalRoomStore.make(SqliteRows.make(database, place), options?.ttl ?? DEFAULT_TTL)
    })
  )
