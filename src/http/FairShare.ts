/**
 * Fair shares of the event loop. A crowd would make a turn of it long, and everybody else waits until the turn ends: their requests,
 * and new connections, of which Node accepts one in each turn. So in one turn only some requests of one address begin, and only some
 * of the streams end whose clients have gone: hardly any while requests come, for nobody waits for the end of a stream. The others
 * wait in their order.
 */
import { Context, Deferred, Effect, Exit, Iterable, Latch, Layer, MutableRef, type Scope } from "effect"
import { HttpRouter } from "effect/http"
import * as Elapsed from "../store/Elapsed.ts"
import * as ClientAddress from "./ClientAddress.ts"

/** How many requests of one address begin in one turn while others ask too. They take about 3 ms. */
export const EACH_TURN = 16

/** The same while nobody else asks. More of them share one transaction of the store. */
export const ALONE = 128

/** How many streams end in one turn. While requests begin it is one, and only in one of so many turns. */
export const ENDS_EACH_TURN = 16
export const ENDS_EVERY = 8

/**
 * How long a stream waits so, in milliseconds: as long as a crowd takes to come back. In a flood without end it would be counted as
 * connected for minutes, and keep its place of the limits.
 */
export const ENDS_LATE = 3_000

/** For how many turns in a row an address counts as one that asks, after its last request. */
const REMEMBERED = 100

interface Share {
  /** How many have begun in this turn. */
  readonly begun: number
  /** Since when each one waits, in milliseconds. They are in their order. */
  readonly waiting: Map<Deferred.Deferred<void>, number>
  /** For how many turns none has begun. */
  readonly quiet: number
}

/** What a share depends on. */
export interface Turn {
  /** Is there no other key? */
  readonly isAlone: boolean
  readonly number: number
  /** How long the first one of this key has waited, in milliseconds. */
  readonly waited: number
}

export interface Shares {
  /** Done when the next one of this key may begin. */
  readonly take: (key: string) => Effect.Effect<void>
  /** Has any begun, in this turn or the one before? */
  readonly isInUse: () => boolean
}

/** Returns shares. `most` is how many of a key begin in one turn. */
export const make = Effect.fnUntraced(function* (
  most: (turn: Turn) => number
): Effect.fn.Return<Shares, never, Scope.Scope> {
  const shares = new Map<string, Share>()
  const inUse = yield* Latch.make()
  const turn = MutableRef.make(0)

  const mostOf = (key: string, waited: number) =>
    most({ isAlone: shares.size <= (shares.has(key) ? 1 : 0), number: MutableRef.get(turn), waited })

  const beginNext = (key: string, { begun, quiet, waiting }: Share, now: number) => {
    const [first = now] = waiting.values()
    const next = Array.from(Iterable.take(waiting.keys(), mostOf(key, now - first)))
    const isQuiet = begun === 0 && waiting.size === 0
    if (isQuiet && quiet >= REMEMBERED) return void shares.delete(key)
    for (const one of next) waiting.delete(one)
    shares.set(key, { begun: next.length, waiting, quiet: isQuiet ? quiet + 1 : 0 })
    for (const one of next) Deferred.doneUnsafe(one, Exit.void)
  }

  yield* Effect.gen(function* () {
    yield* inUse.await
    yield* Effect.yieldNow
    MutableRef.increment(turn)
    const now = yield* Elapsed.millis
    // After a turn in which nothing began nobody is in a hurry, and nothing is remembered.
    if (Array.from(shares.values()).every(({ begun, waiting }) => begun === 0 && waiting.size === 0)) shares.clear()
    for (const [key, share] of shares) beginNext(key, share, now)
    if (shares.size === 0) yield* inUse.close
  }).pipe(Effect.forever({ disableYield: true }), Effect.forkScoped)

  const turnOf = (waiting: Share["waiting"], now: number) => {
    const mine = Deferred.makeUnsafe<void>()
    waiting.set(mine, now)
    // A client that has gone while it waited takes nobody's place.
    return Effect.onInterrupt(Deferred.await(mine), () => Effect.sync(() => waiting.delete(mine)))
  }

  const take = (key: string) =>
    Effect.flatMap(Elapsed.millis, (now) => {
      const { begun, quiet, waiting } = shares.get(key) ?? { begun: 0, quiet: 0, waiting: new Map() }
      const begins = begun < mostOf(key, 0) && waiting.size === 0
      const used = shares.size === 0 ? inUse.open : Effect.void
      shares.set(key, { begun: begins ? begun + 1 : begun, quiet, waiting })
      return begins ? Effect.asVoid(used) : Effect.andThen(used, turnOf(waiting, now))
    })

  return { take, isInUse: () => shares.size > 0 }
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
  Effect.gen(function* () {
    const begins = yield* make(({ isAlone }) => (isAlone ? ALONE : EACH_TURN))
    const ends = yield* make(({ number, waited }) =>
      !begins.isInUse() || waited >= ENDS_LATE ? ENDS_EACH_TURN : number % ENDS_EVERY === 0 ? 1 : 0
    )
    return { begin: begins.take, end: ends.take("") }
  })
)

/** Lets every request wait for its share. Build it after what finds out the address of the client. */
export const requests = HttpRouter.middleware(
  Effect.map(FairShare, ({ begin }) => {
    const begins = Effect.interruptible(Effect.flatMap(ClientAddress.current, begin))
    return (httpEffect) => Effect.andThen(begins, httpEffect)
  }),
  { global: true }
)
