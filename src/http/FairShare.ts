/**
 * Fair shares of the event loop. A crowd would make a turn of it long, and everybody else waits until that turn ends: their requests,
 * and new connections, of which Node accepts one in each turn. So in one turn only some requests of one address begin, its commands
 * apart from the others, and only some streams end whose clients have gone. The rest waits in its order. While a crowd connects, few
 * requests begin. While requests come no stream ends, for up to 5 s, because nobody waits for its end.
 */
import { Context, Deferred, Effect, Exit, Iterable, Latch, Layer, type Scope } from "effect"
import { HttpRouter, HttpServerRequest } from "effect/http"
import * as Elapsed from "../store/Elapsed.ts"
import * as ClientAddress from "./ClientAddress.ts"

/** How many requests of one address begin in one turn while others ask too. They take about 3 ms. */
export const EACH_TURN = 16

/** The same while nobody else asks. More of them share one transaction of the store. */
export const ALONE = 128

/** After so many turns in a row in which the server has accepted a connection, a crowd counts as connecting. */
export const CROWD = 8

/**
 * While a crowd connects, one request of each share begins in so many turns. Node accepts one connection in each turn, and the kernel
 * keeps only some thousands waiting: the others are lost, and come again after 1 s, 3 s and so on. So the turns are kept short until all
 * are accepted.
 */
export const CROWD_TURNS = 48

/** How many streams end in one turn while no requests begin. */
export const ENDS_EACH_TURN = 16

/**
 * While requests begin, no stream ends for so long, in milliseconds: longer than it takes until a crowd that comes back is served.
 * Without this limit, clients that have gone would be counted as connected for as long as a flood of requests goes on.
 */
export const ENDS_LATE = 5_000

/** For how many turns in a row an address counts as one that asks, after its last request, if others go on asking. */
const REMEMBERED = 100

/** The share of one key: an address, or all streams. */
interface Share {
  /** How many have begun in this turn. */
  readonly begun: number
  /** Since when each one waits, in milliseconds, in their order. The same map for as long as the key is remembered. */
  readonly waiting: Map<Deferred.Deferred<void>, number>
  /** For how many turns in a row none has begun or waited. */
  readonly quiet: number
}

const isIdle = ({ begun, waiting }: Share) => begun === 0 && waiting.size === 0

/** What the size of a share depends on. */
export interface Turn {
  /** Is this key the only one that is remembered? */
  readonly isAlone: boolean
  /** How long the first one of this key has waited, in milliseconds. */
  readonly waited: number
}

export interface Shares {
  /** Waits until one more of this key may begin. */
  readonly take: (key: string) => Effect.Effect<void>
  /** Does any wait, or has any begun in this turn or the one before? */
  readonly isInUse: () => boolean
}

/** Returns shares for as long as the scope is open. `most` says how many of a key begin in one turn. */
export const make = Effect.fnUntraced(function* (
  most: (turn: Turn) => number
): Effect.fn.Return<Shares, never, Scope.Scope> {
  const shares = new Map<string, Share>()
  /** Open while a key is remembered. */
  const inUse = yield* Latch.make()

  const mostOf = (key: string, waited: number) => {
    const isAlone = shares.size === 0 || (shares.size === 1 && shares.has(key))
    return most({ isAlone, waited })
  }

  /** Lets those of a key begin that may in this turn. They are all let go in one step, so not by an effect for each. */
  const beginNext = (key: string, share: Share, now: number) => {
    const { quiet, waiting } = share
    const isQuiet = isIdle(share)
    if (isQuiet && quiet >= REMEMBERED) return void shares.delete(key)
    const [first = now] = waiting.values()
    const next = Array.from(Iterable.take(waiting.keys(), mostOf(key, now - first)))
    for (const one of next) waiting.delete(one)
    shares.set(key, { begun: next.length, waiting, quiet: isQuiet ? quiet + 1 : 0 })
    for (const one of next) Deferred.doneUnsafe(one, Exit.void)
  }

  yield* Effect.gen(function* () {
    yield* inUse.await
    // When this goes on, everything else that could run has run: a turn has ended.
    yield* Effect.yieldNow
    const now = yield* Elapsed.millis
    // After a turn in which nothing began nobody is in a hurry, and nothing is remembered.
    if (Array.from(shares.values()).every(isIdle)) shares.clear()
    for (const [key, share] of shares) beginNext(key, share, now)
    // At once, like its opening: a request that came in between would wait for a turn that never comes.
    if (shares.size === 0) inUse.closeUnsafe()
  }).pipe(Effect.forever({ disableYield: true }), Effect.forkScoped)

  const waitIn = (waiting: Share["waiting"], now: number) => {
    // In the step of `take` itself, so that those who wait stand in the order in which they came.
    const mine = Deferred.makeUnsafe<void>()
    waiting.set(mine, now)
    // A client that has gone while it waited takes nobody's place.
    return Effect.onInterrupt(Deferred.await(mine), () => Effect.sync(() => waiting.delete(mine)))
  }

  const take = (key: string) =>
    Effect.flatMap(Elapsed.millis, (now) => {
      const { begun, quiet, waiting } = shares.get(key) ?? { begun: 0, quiet: 0, waiting: new Map() }
      const begins = begun < mostOf(key, 0) && waiting.size === 0
      if (shares.size === 0) inUse.openUnsafe()
      shares.set(key, { begun: begins ? begun + 1 : begun, quiet, waiting })
      return begins ? Effect.void : waitIn(waiting, now)
    })

  return { take, isInUse: () => shares.size > 0 }
})

export const FairShare = Context.Reference("pairroom/http/FairShare", {
  defaultValue: (): {
    /** Waits until one more request of this share may begin. Each address has a share, and one for its commands. */
    readonly begin: (share: string) => Effect.Effect<void>
    /** Waits until one more stream may end. */
    readonly end: Effect.Effect<void>
  } => ({ begin: () => Effect.void, end: Effect.void })
})

/** In how many turns in a row the server has accepted a connection. */
export const TurnsAccepting = Context.Reference("pairroom/http/FairShare/TurnsAccepting", {
  defaultValue: (): (() => number) => () => 0
})

/** All streams have one share, whatever their address. */
const STREAMS = "streams"

/** Shares for one server. */
export const layer: Layer.Layer<never> = Layer.effect(
  FairShare,
  Effect.gen(function* () {
    const turnsAccepting = yield* TurnsAccepting
    const begins = yield* make(({ isAlone }) => {
      const turns = turnsAccepting()
      if (turns >= CROWD) return turns % CROWD_TURNS === 0 ? 1 : 0
      return isAlone ? ALONE : EACH_TURN
    })
    const ends = yield* make(({ waited }) => (begins.isInUse() && waited < ENDS_LATE ? 0 : ENDS_EACH_TURN))
    return { begin: begins.take, end: ends.take(STREAMS) }
  })
)

/** A crowd that comes back asks for streams and pages. The commands of an address have a share of their own, and do not wait behind it. */
const shareOf = (address: string, { method }: HttpServerRequest.HttpServerRequest) =>
  method === "GET" || method === "HEAD" ? address : `${address} commands`

/** Lets every request wait for its share. Build it after what finds out the address of the client. */
export const requests = HttpRouter.middleware(
  Effect.map(FairShare, ({ begin }) => {
    // The library makes a handler interruptible, and not what comes before it. A client may go while it waits.
    const begins = Effect.zipWith(ClientAddress.current, HttpServerRequest.HttpServerRequest, shareOf).pipe(
      Effect.flatMap(begin),
      Effect.interruptible
    )
    return (httpEffect) => Effect.andThen(begins, httpEffect)
  }),
  { global: true }
)
