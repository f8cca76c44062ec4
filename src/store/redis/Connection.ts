/**
 * The way to a Redis: one connection, which is made anew as often as it breaks, and whether Redis is there and keeps rooms safely.
 * `Pulse` keeps it.
 *
 * Commands and messages share the connection (RESP3). So what is published comes in its order, and as long as commands are
 * answered, messages come too.
 */
import { Context, Effect, Latch, MutableRef, Option, Queue, Ref, Stream, SubscriptionRef } from "effect"
import { Redis } from "effect/persistence"
import type { Client } from "./Client.ts"
import { failureOf, messageOf, RequestFailed, unsent } from "./Failures.ts"

/** How long Redis may take before it counts as away, in milliseconds. A test on a busy machine lets it take longer. */
export const Patience = Context.Reference("pairroom/store/redis/Patience", {
  defaultValue: () => ({
    /** How long a request waits for its answer, unless it is told otherwise. */
    answer: 700,
    /** How long the start of a store waits for Redis. */
    start: 2_000
  })
})

/** How long a connection that broke may take to come back before Redis counts as away, in milliseconds. */
export const GRACE = 300

type Command<A> = (redis: Redis.Redis["Service"]) => Effect.Effect<A, Redis.RedisError>

/** Sends a command, or several, and waits for the answer for `limit` milliseconds at most. */
export type Send = <A>(command: Command<A>, limit?: number) => Effect.Effect<A, RequestFailed>

export const SILENT = "it does not answer"
const BROKEN = "the connection broke"

export type Connection = Effect.Success<typeof make>

/** Returns a connection. Redis counts as away until `Pulse.keep` runs. */
export const make = Effect.gen(function* () {
  const patience = yield* Patience
  /** Redis is there: it answers. */
  const isThere = yield* SubscriptionRef.make(false)
  /** Redis is there, and there is no trouble with it. */
  const healthy = yield* SubscriptionRef.make(false)
  /** Why Redis takes no changes or may lose rooms, if so. What it holds can be read. */
  const trouble = yield* Ref.make(Option.none<string>())
  const client = yield* Ref.make(Option.none<Client>())
  /** Why Redis is away, if more is known than the last error. */
  const reason = yield* Ref.make<string | undefined>(undefined)
  const lastError = MutableRef.make<unknown>(SILENT)
  /** Open while the connection is not broken. */
  const usable = yield* Latch.make(false)
  const pokes = yield* Queue.sliding<void>(1)

  const away = Effect.flatMap(Ref.get(reason), (why) => unsent(why ?? messageOf(MutableRef.get(lastError))))
  const reachable = Effect.flatMap(SubscriptionRef.get(isThere), (there) => (there ? Effect.void : away))

  const tellHealth = Effect.gen(function* () {
    const isHealthy = (yield* SubscriptionRef.get(isThere)) && Option.isNone(yield* Ref.get(trouble))
    yield* SubscriptionRef.updateSome(healthy, (was) => (was === isHealthy ? Option.none() : Option.some(isHealthy)))
  })

  // Uninterruptible, because a request that is given up must not set one of the two and leave the other as it was.
  const setThere = (there: boolean) =>
    Effect.uninterruptible(Effect.andThen(SubscriptionRef.set(isThere, there), tellHealth))

  const setTrouble = Effect.fnUntraced(function* (why: Option.Option<string>) {
    const before = yield* Effect.uninterruptible(Effect.tap(Ref.getAndSet(trouble, why), () => tellHealth))
    if (Option.getOrNull(before) === Option.getOrNull(why)) return
    yield* Option.match(why, {
      onNone: () => Effect.logInfo("Redis keeps rooms again"),
      onSome: (why) => Effect.logError(`Redis does not keep rooms safely: ${why}`)
    })
  })

  const turnUnwritable = Effect.fnUntraced(function* (why: string) {
    if (Option.isSome(yield* Ref.get(trouble))) return
    yield* setTrouble(Option.some(why))
    yield* Queue.offer(pokes, undefined)
  })

  const turnAway = Effect.fnUntraced(function* (why: string) {
    yield* Ref.set(reason, why)
    if (!(yield* SubscriptionRef.get(isThere))) return
    yield* setThere(false)
    yield* Effect.logWarning(`Redis is away: ${why}`)
  })
  const turnBroken = Effect.suspend(() => turnAway(`${BROKEN} (${messageOf(MutableRef.get(lastError))})`))

  const turnThere = Effect.gen(function* () {
    if (yield* SubscriptionRef.get(isThere)) return
    yield* setThere(true)
    yield* Effect.logInfo("Redis is there")
  })

  const sendAnyway: Send = (command) =>
    Effect.flatMap(
      Ref.get(client),
      Option.match({
        onNone: () => away,
        onSome: (client) => Effect.mapError(command(Context.get(client, Redis.Redis)), failureOf)
      })
    )

  const silent = turnAway(SILENT).pipe(
    Effect.andThen(Queue.offer(pokes, undefined)),
    Effect.andThen(new RequestFailed({ kind: "unanswered", message: SILENT }))
  )
  const unbroken = Effect.timeoutOrElse(usable.await, {
    duration: GRACE,
    orElse: () => Effect.andThen(turnBroken, unsent(BROKEN))
  })
  const send: Send = (command, limit = patience.answer) =>
    Effect.andThen(
      reachable,
      Effect.andThen(unbroken, sendAnyway(command)).pipe(
        Effect.timeoutOrElse({ duration: limit, orElse: () => silent })
      )
    )

  return {
    patience,
    isThere,
    healthy,
    client,
    reason,
    lastError,
    usable,
    /** Something has happened to the connection, so the next pulse is due now. */
    pokes,
    away,
    /** Fails where Redis is away. */
    reachable,
    /** Done as soon as Redis is there. */
    untilThere: Effect.asVoid(Stream.runHead(Stream.filter(SubscriptionRef.changes(isThere), (there) => there))),
    turnAway,
    turnBroken,
    turnThere,
    /** Redis refused a change, as it refuses every change for now. The next pulse finds out whether it still does. */
    turnUnwritable,
    setTrouble,
    /** Nothing is sent any more. */
    turnClosed: Effect.andThen(Ref.set(reason, "it is closed"), setThere(false)),
    /** Sends while Redis is there. */
    send,
    /** Sends even if Redis seems to be away, and waits as long as it takes. */
    sendAnyway
  }
})
