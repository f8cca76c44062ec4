/**
 * The way to a Redis: one connection, which is made anew as often as it breaks, and what is known of it.
 *
 * Commands and messages share the connection (RESP3): what is published comes in its order, and whether messages still
 * come is whether commands are answered.
 */
import { NodeRedis } from "@effect/platform-node"
import { Cause, Clock, Context, Data, Deferred, Effect, Exit, Fiber, Latch, Queue, Schedule, type Scope } from "effect"
import { Redis } from "effect/persistence"
import { ClientClosedError, ClientOfflineError, ErrorReply } from "redis"

/** How long a request waits for its answer, in milliseconds. */
const ANSWER_LIMIT = 700

/** How long a connection that broke may take to come back before Redis counts as away, in milliseconds. */
const GRACE = 300

/** How often it is made sure that Redis is there. */
const PULSE = 2_000

/** How soon it is tried again after it failed, and how long a start waits for Redis. */
const RETRY = 200
const START_LIMIT = 2_000

/** A Redis that cannot be used as it is: the message says why, and what would be right. */
export class RedisUnusable extends Data.TaggedError("RedisUnusable")<{ readonly message: string }> {}

/**
 * A request that failed. `unsent`: it never left. `refused`: Redis said why. `unanswered`: it was sent. `unknown`: it was
 * not to be found out whether it was done.
 */
export class RequestFailed extends Data.TaggedError("RequestFailed")<{
  readonly kind: "unsent" | "refused" | "unanswered" | "unknown"
  readonly message: string
}> {}

export type Services = Context.Context<Redis.Redis | NodeRedis.NodeRedis>

type Command<A> = (redis: Redis.Redis["Service"]) => Effect.Effect<A, Redis.RedisError>

/** Sends a command, or several, and waits for the answer for so long at most, in milliseconds. */
export type Send = <A>(command: Command<A>, limit?: number) => Effect.Effect<A, RequestFailed>

export interface Options {
  /** Connects; `trouble` hears why that takes longer. */
  readonly connect: (trouble: (cause: unknown) => void) => Effect.Effect<Services, Redis.RedisError, Scope.Scope>
  /** Who hears the messages of which channel, at once and in order. */
  readonly channels: Readonly<Record<string, (message: string) => void>>
  /** Run every 2 s, and at once after a reconnect: Redis is there when it succeeds. */
  readonly pulse: (send: Send) => Effect.Effect<void, RequestFailed>
}

const SILENT = "it does not answer"
const BROKEN = "the connection broke"

/** What Redis says when it only has to be asked again. */
const PASSING = /^(LOADING|BUSY|MASTERDOWN|TRYAGAIN|CLUSTERDOWN)/

export interface RedisConnection {
  /** Sends while Redis is there, and waits only so long for the answer. */
  readonly send: Send
  readonly awaitThere: Effect.Effect<void>
  readonly awaitAway: Effect.Effect<void>
  /** Called when Redis goes away, and when it is back and the pulse has brought what was missed. */
  readonly onAway: Set<(away: boolean) => void>
}

export const make = Effect.fnUntraced(function* (
  options: Options
): Effect.fn.Return<RedisConnection, RedisUnusable, Scope.Scope> {
  const clock = yield* Clock.Clock
  const pokes = yield* Queue.sliding<void>(1)
  const [usable, there, away] = [yield* Latch.make(false), yield* Latch.make(false), yield* Latch.make(true)]
  const started = yield* Deferred.make<void, RedisUnusable>()
  const onAway = new Set<(away: boolean) => void>()
  let services: Services | undefined
  let trouble: string | undefined = SILENT
  /** What the connection met last. */
  let met: unknown

  const poke = () => void Queue.offerUnsafe(pokes, undefined)
  const onReady = () => {
    usable.openUnsafe()
    poke()
  }
  const pokedIn = (millis: number) => Effect.timeoutOption(Queue.take(pokes), millis)

  const turnAway = (why: string) =>
    Effect.suspend(() => {
      const news = trouble === undefined
      trouble = why
      if (!news) return Effect.void
      there.closeUnsafe()
      away.openUnsafe()
      for (const hear of onAway) hear(true)
      return Effect.logWarning(`Redis is away: ${why}`)
    })

  const turnBroken = Effect.suspend(() => turnAway(`${BROKEN} (${messageOf(met)})`))

  const welcome = Effect.suspend(() => {
    const news = trouble !== undefined
    trouble = undefined
    if (!news) return Effect.void
    away.closeUnsafe()
    there.openUnsafe()
    for (const hear of onAway) hear(false)
    return Effect.logInfo("Redis is there")
  })

  const send: Send = (command) =>
    Effect.suspend(() =>
      services === undefined
        ? unsent(trouble ?? SILENT)
        : Effect.mapError(command(Context.get(services, Redis.Redis)), failureOf)
    )

  const sendInTime: Send = (command, limit = ANSWER_LIMIT) =>
    Effect.suspend(() => {
      if (trouble !== undefined) return unsent(trouble)
      const silent = Effect.andThen(
        Effect.tap(turnAway(SILENT), () => Effect.sync(poke)),
        new RequestFailed({ kind: "unanswered", message: SILENT })
      )
      return usable.await.pipe(
        Effect.timeoutOrElse({ duration: GRACE, orElse: () => Effect.andThen(turnBroken, unsent(BROKEN)) }),
        Effect.andThen(send(command)),
        Effect.timeoutOrElse({ duration: limit, orElse: () => silent })
      )
    })

  /** Keeps the pulse, one after another, for as long as the scope is open. */
  const live = Effect.fnUntraced(function* (client: NodeRedis.NodeRedis["Service"]["client"]) {
    const onError = (cause: unknown) => {
      met = cause
      if (!client.isReady) usable.closeUnsafe()
      poke()
    }
    yield* Effect.acquireRelease(
      Effect.sync(() => client.on("ready", onReady).on("error", onError)),
      () => Effect.sync(() => client.off("ready", onReady).off("error", onError))
    )
    if (client.isReady) onReady()
    let brokenAt: number | undefined
    let checked = 0
    const subscribe = yield* Effect.cached(
      Effect.mapError(
        Effect.tryPromise(() =>
          Promise.all(Object.entries(options.channels).map(([channel, hear]) => client.subscribe(channel, hear)))
        ),
        ({ cause }) => failureOf({ cause })
      )
    )
    for (;;) {
      if (!client.isReady) {
        const now = Number(clock.monotonicTimeNanosUnsafe() / 1_000_000n)
        brokenAt ??= now
        if (now - brokenAt >= GRACE) yield* turnBroken
        yield* pokedIn(GRACE)
        continue
      }
      brokenAt = undefined
      const epoch = client.socketEpoch
      const beat = (checked === epoch ? Effect.void : Effect.andThen(check(send), subscribe)).pipe(
        Effect.andThen(options.pulse(send))
      )
      const beating = yield* Effect.forkChild(beat, { startImmediately: true })
      const early = yield* Effect.timeoutOption(Fiber.await(beating), ANSWER_LIMIT)
      if (early._tag === "None") yield* turnAway(SILENT)
      // Until the connection breaks: what was sent is answered when Redis goes on.
      const exit = yield* Fiber.await(beating)
      if (Exit.isSuccess(exit)) {
        checked = epoch
        yield* welcome
        yield* Deferred.succeed(started, undefined)
        yield* pokedIn(PULSE)
        continue
      }
      const failure = Cause.squash(exit.cause)
      checked = 0
      if (failure instanceof RedisUnusable || (failure instanceof RequestFailed && failure.kind === "refused")) {
        yield* turnAway(failure.message)
        if (!PASSING.test(failure.message)) {
          yield* Deferred.fail(started, new RedisUnusable({ message: failure.message }))
          // Its name may lead to another server by now.
          yield* Effect.ignore(send((redis) => redis.send("QUIT")))
        }
      } else if (!(failure instanceof RequestFailed)) {
        yield* Effect.logError("reading the rooms again failed", exit.cause)
      }
      yield* Effect.sleep(RETRY)
    }
  })

  const connect = Effect.suspend(() => options.connect((cause) => services ?? (trouble = messageOf(cause)))).pipe(
    Effect.tapError(({ cause }) => {
      trouble = messageOf(cause)
      return Deferred.fail(started, new RedisUnusable({ message: trouble }))
    }),
    Effect.retry(Schedule.spaced(PULSE))
  )

  yield* Effect.forkScoped(
    Effect.gen(function* () {
      services = yield* connect
      const { client } = Context.get(services, NodeRedis.NodeRedis)
      return yield* live(client)
    })
  )
  yield* Effect.addFinalizer(() => Effect.sync(() => (trouble = "it is closed")))
  yield* Effect.timeoutOrElse(Deferred.await(started), {
    duration: START_LIMIT,
    orElse: () =>
      Effect.suspend(() => Effect.logWarning(`Redis is away: ${trouble}; rooms are served as soon as it is there`))
  })
  return { send: sendInTime, awaitThere: there.await, awaitAway: away.await, onAway }
})

const unsent = (message: string) => Effect.fail(new RequestFailed({ kind: "unsent", message }))

const failureOf = ({ cause }: { readonly cause: unknown }): RequestFailed =>
  new RequestFailed({
    kind:
      cause instanceof ErrorReply
        ? "refused"
        : cause instanceof ClientOfflineError || cause instanceof ClientClosedError
          ? "unsent"
          : "unanswered",
    message: messageOf(cause)
  })

/** The first line of what an error says; one of several attempts to connect says nothing itself. */
const messageOf = (cause: unknown): string => {
  const { message, errors, code } = cause as { message?: string; errors?: ReadonlyArray<unknown>; code?: string }
  return message?.split("\n")[0] || (errors?.[0] === undefined ? (code ?? String(cause)) : messageOf(errors[0]))
}

const unusable = (message: string) => Effect.fail(new RedisUnusable({ message }))

/** Refuses a Redis that would lose rooms, or cannot take them. */
const check = Effect.fnUntraced(function* (send: Send) {
  const info = yield* send((redis) => redis.send<string>("INFO"))
  const value = (name: string) => new RegExp(`^${name}:(.*?)\r?$`, "m").exec(info)?.[1]
  const version = value("redis_version") ?? ""
  if (Number.parseInt(version) < 7) return yield* unusable(`expected Redis 7 or later, or Valkey, got ${version}`)
  if (value("role") === "slave") return yield* unusable("it is a replica, which is read-only: expected the primary")
  const policy = value("maxmemory_policy") ?? "noeviction"
  if (policy !== "noeviction") {
    return yield* unusable(`it may evict rooms (maxmemory-policy): expected noeviction, got ${policy}`)
  }
})
