/**
 * Fair shares of the event loop, so that a crowd makes no turn of it long, in which the requests of everybody else wait. So do new
 * connections, of which Node accepts one in each turn. Of one address only so many requests begin in one turn, and only so many
 * streams end in one whose clients have gone. The others wait in their order.
 */
import { Context, Deferred, Effect, Exit, Iterable, Latch, Layer, type Scope } from "effect"
import { HttpRouter } from "effect/http"
import * as ClientAddress from "./ClientAddress.ts"

/** How many requests of one address begin in one turn. They take about 3 ms. */
export const EACH_TURN = 16

interface Share {
  /** How many have begun in this turn. */
  readonly begun: number
  readonly waiting: Set<Deferred.Deferred<void>>
}

/** Returns an effect for each key that is done when the next one of this key may begin. */
export const make: Effect.Effect<(key: string) => Effect.Effect<void>, never, Scope.Scope> = Effect.gen(function* () {
  const shares = new Map<string, Share>()
  const inUse = yield* Latch.make()

  const beginNext = (key: string, { waiting }: Share) => {
    const next = Array.from(Iterable.take(waiting, EACH_TURN))
    if (next.length === 0) return void shares.delete(key)
    for (const one of next) waiting.delete(one)
    shares.set(key, { begun: next.length, waiting })
    for (const one of next) Deferred.doneUnsafe(one, Exit.void)
  }

  yield* Effect.gen(function* () {
    yield* inUse.await
    yield* Effect.yieldNow
    for (const [key, share] of shares) beginNext(key, share)
    if (shares.size === 0) yield* inUse.close
  }).pipe(Effect.forever({ disableYield: true }), Effect.forkScoped)

  return (key) =>
    Effect.suspend(() => {
      const { begun, waiting } = shares.get(key) ?? { begun: 0, waiting: new Set() }
      if (begun < EACH_TURN && waiting.size === 0) {
        shares.set(key, { begun: begun + 1, waiting })
        return Effect.asVoid(inUse.open)
      }
      const mine = Deferred.makeUnsafe<void>()
      waiting.add(mine)
      // Who has gone meanwhile takes nobody's place.
      return Effect.onInterrupt(Deferred.await(mine), () => Effect.sync(() => waiting.delete(mine)))
    })
})

export const FairShare = Context.Reference("pairroom/http/FairShare", {
  defaultValue: (): {
    /** Done when the next request of this address may begin. */
    readonly begin: (address: string) => Effect.Effect<void>
    /** Done when the next stream may end. */
    readonly end: Effect.Effect<void>
  } => ({ begin: () => Effect.void, end: Effect.void })
})

/** Shares for one server. */
export const layer: Layer.Layer<never> = Layer.effect(
  FairShare,
  Effect.zipWith(make, make, (begin, end) => ({ begin, end: end("") }))
)

/** Lets every request wait for its share. Build it after what finds out the address of the client. */
export const requests = HttpRouter.middleware(
  Effect.map(FairShare, ({ begin }) => {
    const begins = Effect.interruptible(Effect.flatMap(ClientAddress.current, begin))
    return (httpEffect) => Effect.andThen(begins, httpEffect)
  }),
  { global: true }
)
