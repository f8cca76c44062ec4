import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Option, References, SubscriptionRef } from "effect"
import * as Connection from "../../../src/store/redis/Connection.ts"
import { quiet } from "./harness.ts"

/** A request may be given up at any step: after so many, it is interrupted. */
const STEPS = 80

describe("Connection", () => {
  it.effect("is as healthy as it is available and free of trouble, wherever a request is given up", () =>
    Effect.gen(function* () {
      for (const change of [
        (connection: Connection.Connection) => connection.turnAway("it is away"),
        (connection: Connection.Connection) => connection.setTrouble(Option.some("it is full"))
      ]) {
        for (let steps = 0; steps < STEPS; steps++) {
          const connection = yield* Connection.make
          yield* connection.turnThere
          const request = yield* Effect.forkChild(change(connection)).pipe(
            Effect.provideService(References.MaxOpsBeforeYield, 3)
          )
          for (let step = 0; step < steps; step++) yield* Effect.yieldNow
          yield* Fiber.interrupt(request)
          yield* change(connection)
          assert.isFalse(yield* SubscriptionRef.get(connection.healthy), `interrupted after ${steps} steps`)
        }
      }
    }).pipe(quiet)
  )
})
