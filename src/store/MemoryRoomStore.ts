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
  /** The last touched is the last, so that expired rows are found at the beginning. */
  const rows = new Map<string, Row>()
  const put = (key: string, row: Row): void => {
    rows.delete(key)
    rows.set(key, row)
  }
  return {
    get: (key) => rows.get(key),
    put,
    delete: (key) => void rows.delete(key),
    touch: (key, touchedAt) => {
      const row = rows.get(key)
      if (row !== undefined) put(key, { ...row, touchedAt })
    },
    expired: (touchedAt, atMost) => {
      const keys: Array<string> = []
      for (const [key, row] of rows) {
        if (row.touchedAt > touchedAt || keys.length === atMost) break
        keys.push(key)
      }
      return keys
    },
    expire: (key, touchedAt) => {
      const row = rows.get(key)
      if (row !== undefined && row.touchedAt <= touchedAt) rows.delete(key)
    },
    count: () => rows.size,
    compact: () => false,
    verify: () => {},
    probe: () => {},
    transaction: (write) => write()
  }
}
