/**
 * One after another: what changes the same thing in this process does not compete for it.
 */
import { Effect, Semaphore } from "effect"
import { RequestFailed } from "./RedisConnection.ts"

interface Turn {
  readonly semaphore: Semaphore.Semaphore
  users: number
}

export class Turns {
  readonly #turns = new Map<string, Turn>()

  /** Runs an effect when its turn has come for `key`; refuses those who still wait when `gone` comes to its end. */
  take(key: string, gone: Effect.Effect<void>) {
    return <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | RequestFailed, R> =>
      Effect.suspend(() => {
        const turn = this.#turns.get(key) ?? { semaphore: Semaphore.makeUnsafe(1), users: 0 }
        this.#turns.set(key, turn)
        turn.users++
        let begun = false
        const mine = turn.semaphore.withPermit(
          Effect.suspend(() => {
            begun = true
            return effect
          })
        )
        const refused = Effect.suspend(() =>
          begun ? Effect.never : Effect.fail(new RequestFailed({ kind: "unsent", message: "it went away" }))
        )
        return Effect.raceFirst(mine, Effect.andThen(gone, refused)).pipe(
          Effect.ensuring(
            Effect.sync(() => {
              if (--turn.users === 0) this.#turns.delete(key)
            })
          )
        )
      })
  }
}
