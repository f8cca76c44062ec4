/**
 * A fair share of the event loop for each client address: only so many of its requests begin in one turn of the loop, and the others
 * wait in their order. Otherwise one address with a hundred busy connections makes each turn long, in which the requests of
 * everybody else wait. So do new connections, of which Node accepts one in each turn.
 */
import { Deferred, Effect, Exit, Iterable, Latch, Layer, type Scope } from "effect"
import { HttpRouter } from "effect/http"
import * as ClientAddress from "./ClientAddress.ts"

/** How many requests of one address begin in one turn. They take about 3 ms. */
export const EACH_TURN = 16

interface Share {
  /** How many of its requests have begun in this turn. */
  readonly begun: number
  readonly waiting: Set<Deferred.Deferred<void>>
}

/** Returns an effect for each address that is done when its next request may begin. */
export const make: Effect.Effect<(address: string) => Effect.Effect<void>, never, Scope.Scope> = Effect.gen(
  function* () {
    const shares = new Map<string, Share>()
    const inUse = yield* Latch.make()

    const beginNext = (address: string, { waiting }: Share) => {
      const next = Array.from(Iterable.take(waiting, EACH_TURN))
      if (next.length === 0) return void shares.delete(address)
      for (const one of next) waiting.delete(one)
      shares.set(address, { begun: next.length, waiting })
      for (const one of next) Deferred.doneUnsafe(one, Exit.void)
    }

    yield* Effect.gen(function* () {
      yield* inUse.await
      yield* Effect.yieldNow
      for (const [address, share] of shares) beginNext(address, share)
      if (shares.size === 0) yield* inUse.close
    }).pipe(Effect.forever({ disableYield: true }), Effect.forkScoped)

    return (address) =>
      Effect.suspend(() => {
        const { begun, waiting } = shares.get(address) ?? { begun: 0, waiting: new Set() }
        if (begun < EACH_TURN && waiting.size === 0) {
          shares.set(address, { begun: begun + 1, waiting })
          return Effect.asVoid(inUse.open)
        }
        const mine = Deferred.makeUnsafe<void>()
        waiting.add(mine)
        // Whose client has gone meanwhile takes nobody's place.
        return Effect.interruptible(Deferred.await(mine)).pipe(
          Effect.onInterrupt(() => Effect.sync(() => waiting.delete(mine)))
        )
      })
  }
)

/** Lets every request wait for its share. Build it after what finds out the address of the client. */
export const layer = Layer.unwrap(
  Effect.map(make, (begin) =>
    HttpRouter.middleware((httpEffect) => Effect.andThen(Effect.flatMap(ClientAddress.current, begin), httpEffect), {
      global: true
    })
  )
)
