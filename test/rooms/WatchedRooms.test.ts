import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, Metric, Ref, References, Stream } from "effect"
import type { AccessCode } from "../../src/domain/RoomState.ts"
import { Rooms } from "../../src/rooms/Rooms.ts"
import { WatchedRooms } from "../../src/rooms/WatchedRooms.ts"
import * as MemoryRoomStore from "../../src/store/MemoryRoomStore.ts"
import { RoomStore } from "../../src/store/RoomStore.ts"
import { layer, open, settled, watch } from "./harness.ts"

const loadedRooms = Effect.map(
  Metric.snapshot,
  (metrics) =>
    metrics.flatMap((metric) =>
      metric.id === "pairroom_rooms_loaded" && metric.type === "Gauge" ? [Number(metric.state.value)] : []
    )[0] ?? 0
)

describe("WatchedRooms.watch", () => {
  it.effect("gives all who come back at the same time one and the same new room, wherever their fibers yield", () =>
    Effect.gen(function* () {
      const rooms = yield* WatchedRooms
      for (let steps = 16; steps <= 64; steps++) {
        const code = yield* open()
        yield* Effect.asVoid(rooms.watch(code))
        yield* rooms.end
        const built = yield* Effect.forEach([1, 2, 3], () => rooms.watch(code), { concurrency: "unbounded" }).pipe(
          Effect.provideService(References.MaxOpsBeforeYield, steps)
        )
        yield* settled
        assert.strictEqual(new Set([...built, yield* rooms.watch(code)]).size, 1, `${steps} steps`)
      }
    }).pipe(Effect.provide(layer))
  )

  it.effect("keeps nothing of a room that has ended, however long who came back stays", () =>
    Effect.gen(function* () {
      const rooms = yield* WatchedRooms
      const code = yield* open()
      const before = yield* loadedRooms
      yield* Effect.scoped(rooms.watch(code))
      assert.strictEqual(yield* loadedRooms, before + 1)
      yield* rooms.end
      yield* rooms.watch(code)
      assert.strictEqual(yield* loadedRooms, before + 1)
    }).pipe(Effect.provide(layer))
  )

  it.effect("gives the room again at once after a defect while it was built", () =>
    Effect.gen(function* () {
      const fails = yield* Ref.make(true)
      const store = Layer.effect(
        RoomStore,
        Effect.map(RoomStore, (store) => ({
          ...store,
          changes: (code: AccessCode) =>
            Stream.unwrap(
              Effect.flatMap(Ref.getAndSet(fails, false), (failed) =>
                failed ? Effect.die("a defect") : Effect.succeed(store.changes(code))
              )
            )
        }))
      ).pipe(Layer.provide(MemoryRoomStore.layer()))
      yield* Effect.gen(function* () {
        const rooms = yield* WatchedRooms
        const code = yield* open()
        assert.isTrue(Exit.hasDies(yield* Effect.exit(Effect.scoped(rooms.watch(code)))))
        const room = yield* watch(code)
        assert.deepStrictEqual(room.snapshot, ["connect", "room", "remaining-time 600000"])
      }).pipe(Effect.provide(Rooms.layer.pipe(Layer.provideMerge(store))))
    })
  )
})
