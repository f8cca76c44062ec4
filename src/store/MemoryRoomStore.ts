/**
 * Rooms in the memory of this process: for tests, and for programs that do not need to keep them.
 */
import { type Duration, Effect, Layer } from "effect"
import * as LocalRoomStore from "./local/LocalRoomStore.ts"
import type { Row, Rows } from "./local/Rows.ts"
import { DEFAULT_TTL, RoomStore } from "./RoomStore.ts"

/** Returns a store that keeps a room for `ttl` (7 days by default) after it was last changed or watched. */
export const layer = (options?: { readonly ttl?: Duration.Duration }): Layer.Layer<RoomStore> =>
  Layer.effect(
    RoomStore,
    Effect.suspend(() => LocalRoomStore.make(memory(), options?.ttl ?? DEFAULT_TTL))
  )

const memory = (): Rows => {
  const rows = new Map<string, Row>()
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
    probe: () => {},
    transaction: (write) => write()
  }
}
