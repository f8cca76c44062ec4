/**
 * Rooms in the memory of this process: for tests, and for programs that embed rooms and need no more.
 */
import { type Duration, Effect, Layer } from "effect"
import * as Local from "./LocalRoomStore.ts"
import { RoomStore } from "./RoomStore.ts"

/** Keeps rooms until the process ends, or for `ttl` when nobody changes or watches them. */
export const layer = (options?: { readonly ttl?: Duration.Duration }): Layer.Layer<RoomStore> =>
  Layer.effect(
    RoomStore,
    Effect.suspend(() => Local.make(memory(), options?.ttl ?? Local.DEFAULT_TTL))
  )

const memory = (): Local.Rows => {
  const rows = new Map<string, Local.Row>()
  return {
    get: (key) => rows.get(key),
    put: (key, row) => void rows.set(key, row),
    delete: (key) => void rows.delete(key),
    touch: (key, touchedAt) => {
      const row = rows.get(key)
      if (row !== undefined) rows.set(key, { ...row, touchedAt })
    },
    expire: (touchedAt) => {
      for (const [key, row] of rows) {
        if (row.touchedAt <= touchedAt) rows.delete(key)
      }
    },
    transaction: (write) => write()
  }
}
