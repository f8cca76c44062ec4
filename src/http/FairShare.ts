/**
 * Fair shares of the event loop. A crowd would make a turn of it long, and everybody else waits until the turn ends: their requests,
 * and new connections, of which Node accepts one in each turn. So in one turn only some requests of one address begin, and only some
 * of the streams end whose clients have gone. The others wait in their order.
 */
import { Context, Deferred, Effect, Exit, Iterable, Latch, Layer, type Scope } from "effect"
import { HttpRouter } from "effect/http"
import * as ClientAddress from "./ClientAddress.ts"

/** How many requests of one address begin in one turn while others ask too. They take about 3 ms. */
export const EACH_TURN = 16

/** The same while nobody else asks. More of them share one transaction of the store. */
export const ALONE = 128

/** For how many turns in a row an address counts as one that asks, after its last request. */
const REMEMBERED = 100

interface Share {
  /** How many have begun in this turn. */
  readonly begun: number
  readonly waiting: Set<Deferred.Deferred<void>>
  /** For how many turns none has begun. */
  readonly quiet: number
}

/**
 * Returns an effect for each key that is done when the next one of this key may begin: in one turn `each`, or `alone` where there is no
 * other key.
 */
export const make = Effect.fnUntraced(function* (
  each: number,
  alone = each
): Effect.fn.Return<(key: string) => Effect.Effect<void>, never, Scope.Scope> {
  const shares = new Map<string, Share>()
  const inUse = yield* Latch.make()

  const most = (key: string) => (shares.size > (shares.has(key) ? 1 : 0) ? each : alone)

  const beginNext = (key: string, { begun, quiet, waiting }: Share) => {
    const next = Array.from(Iterable.take(waiting, most(key)))
    const isQuiet = begun === 0 && next.length === 0
    if (isQuiet && quiet >= REMEMBERED) return void shares.delete(key)
    for (const one of next) waiting.delete(one)
    shares.set(key, { begun: next.length, waiting, quiet: isQuiet ? quiet + 1 : 0 })
    for (const one of next) Deferred.doneUnsafe(one, Exit.void)
  }

  yield* Effect.gen(function* () {
    yield* inUse.await
    yield* Effect.yieldNow
    // After a turn in which nothing began nobody is in a hurry, and nothing is remembered.
    if (Array.from(shares.values()).every(({ begun, waiting }) => begun === 0 && waiting.size === 0)) shares.clear()
    for (const [key, share] of shares) beginNext(key, share)
    if (shares.size === 0) yield* inUse.close
  }).pipe(Effect.forever({ disableYield: true }), Effect.forkScoped)

  return (key) =>
    Effect.suspend(() => {
      const share = shares.get(key) ?? { begun: 0, waiting: new Set(), quiet: 0 }
      const { begun, waiting } = share
      if (begun < most(key) && waiting.size === 0) {
        const isFirst = shares.size === 0
        shares.set(key, { ...share, begun: begun + 1 })
        return isFirst ? Effect.asVoid(inUse.open) : Effect.void
      }
      const mine = Deferred.makeUnsafe<void>()
      waiting.add(mine)
      // A client that has gone while it waited takes nobody's place.
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
  Effect.zipWith(make(EACH_TURN, ALONE), make(EACH_TURN), (begin, end) => ({ begin, end: end("") }))
)

/** Lets every request wait for its share. Build it after what finds out the address of the client. */
export const requests = HttpRouter.middleware(
  Effect.map(FairShare, ({ begin }) => {
    const begins = Effect.interruptible(Effect.flatMap(ClientAddress.current, begin))
    return (httpEffect) => Effect.andThen(begins, httpEffect)
  }),
  { global: true }
)
