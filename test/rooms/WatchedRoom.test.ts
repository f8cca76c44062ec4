import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Latch, Ref, Semaphore } from "effect"
import { exclusively, type WatchedRoom } from "../../src/rooms/WatchedRoom.ts"
import { settled } from "./harness.ts"

/** All that `exclusively` needs of a room. */
const roomWith = (lock: Semaphore.Semaphore) => ({ lock }) as WatchedRoom

describe("exclusively", () => {
  it.effect("finishes what has begun, though its fiber is interrupted, and does not begin what waits then", () =>
    Effect.gen(function* () {
      const room = roomWith(yield* Semaphore.make(1))
      const opened = yield* Latch.make()
      const done = yield* Ref.make<ReadonlyArray<string>>([])
      const change = (name: string) =>
        Effect.forkChild(
          exclusively(
            room,
            Effect.andThen(
              opened.await,
              Ref.update(done, (all) => [...all, name])
            )
          )
        )
      const [begun, waiting] = [yield* change("begun"), yield* change("waiting")]
      yield* settled
      const interrupting = yield* Effect.forkChild(Fiber.interruptAll([begun, waiting]))
      yield* settled
      yield* opened.open
      yield* Fiber.join(interrupting)
      assert.deepStrictEqual(yield* Ref.get(done), ["begun"])
    })
  )
})
