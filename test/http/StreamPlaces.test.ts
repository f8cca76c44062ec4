import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, References, Result, Scope } from "effect"
import { OFF } from "../../src/http/Limits.ts"
import * as StreamPlaces from "../../src/http/StreamPlaces.ts"

const LIMIT = 3

/** Takes as many places as the limit allows for one client. */
const all = (take: ReturnType<typeof StreamPlaces.make>, room = "room", address = "address") =>
  Effect.all(Array.from({ length: LIMIT }, () => take(room, address)))

const isTaken = (taken: Effect.Success<ReturnType<ReturnType<typeof StreamPlaces.make>>>) => Result.isSuccess(taken)

const giveBack = (taken: Effect.Success<ReturnType<typeof all>>) =>
  Effect.forEach(taken, (one) => (Result.isSuccess(one) ? one.success : Effect.void), { discard: true })

describe("StreamPlaces", () => {
  it.effect.each(["streamsPerRoom", "streamsPerAddress", "streams"] as const)(
    "%s: the places of streams whose clients have gone are free once more before those streams have ended, and no more often",
    (limit) =>
      Effect.gen(function* () {
        const take = StreamPlaces.make({ ...OFF, [limit]: LIMIT })
        const first = yield* Scope.make()
        const before = yield* Scope.provide(all(take), first)
        assert.isTrue(before.every(isTaken))
        assert.deepStrictEqual(yield* take("room", "address"), Result.fail(limit))
        yield* giveBack(before)
        const back = yield* all(take)
        assert.isTrue(back.every(isTaken))
        yield* giveBack(back)
        assert.deepStrictEqual(yield* take("room", "address"), Result.fail(limit))
        yield* Scope.close(first, Exit.void)
        assert.isTrue((yield* all(take)).every(isTaken))
        assert.deepStrictEqual(yield* take("room", "address"), Result.fail(limit))
      }).pipe(Effect.scoped)
  )

  it.effect("a place that was given back twice is free once", () =>
    Effect.gen(function* () {
      const take = StreamPlaces.make({ ...OFF, streams: LIMIT })
      const [first] = yield* all(take)
      if (first !== undefined) yield* Effect.all([giveBack([first]), giveBack([first])])
      assert.isTrue(isTaken(yield* take("room", "address")))
      assert.isFalse(isTaken(yield* take("room", "address")))
    }).pipe(Effect.scoped)
  )

  it.effect("keeps no place for a client that has gone while it took one, wherever its fiber yields", () =>
    Effect.gen(function* () {
      const take = StreamPlaces.make({ ...OFF, streams: 1 })
      for (let steps = 4; steps <= 24; steps++) {
        for (let turns = 1; turns <= 12; turns++) {
          const client = yield* Effect.andThen(take("room", "address"), Effect.never).pipe(
            Effect.scoped,
            Effect.provideService(References.MaxOpsBeforeYield, steps),
            Effect.forkChild
          )
          yield* Effect.repeat(Effect.yieldNow, { times: turns })
          yield* Fiber.interrupt(client)
          assert.isTrue(isTaken(yield* Effect.scoped(take("room", "address"))), `${steps} steps, ${turns} turns`)
        }
      }
    })
  )
})
