/**
 * Keeps a connection to Redis. Every 2 s, and whenever something happens to the connection, a pulse checks whether Redis is there.
 * After an outage the pulse brings what was missed before Redis counts as there again. It also finds out whether Redis still takes
 * changes and evicts no rooms.
 */
import * as NodeRedis from "@effect/platform-node/NodeRedis"
import { Cause, Context, Deferred, Effect, Exit, Fiber, MutableRef, Option, Queue, Ref, Schedule } from "effect"
import * as Elapsed from "../Elapsed.ts"
import type { Connect } from "./Client.ts"
import { type Connection, GRACE, SILENT } from "./Connection.ts"
import { failureOf, messageOf, RedisUnusable, RequestFailed } from "./Failures.ts"
import { check } from "./Requirements.ts"

/** The time between pulses, in milliseconds. */
const PULSE = 2_000

/** The same while Redis takes no changes or may lose rooms. */
const PULSE_IN_TROUBLE = 1_000

/** How soon a pulse that failed is tried again, in milliseconds. */
const RETRY = 200

/** Refusals after which Redis only has to be asked again. */
const PASSING = /^(LOADING|BUSY|MASTERDOWN|TRYAGAIN|CLUSTERDOWN)/

/** What is sent with each pulse, and where the messages go. */
export interface Duties {
  /** The messages of each channel. */
  readonly channels: Readonly<Record<string, Queue.Enqueue<string>>>
  /** Redis is there when it succeeds. */
  readonly pulse: Effect.Effect<void, RequestFailed>
  /** Makes a change that leaves nothing behind. */
  readonly probe: Effect.Effect<void, RequestFailed>
}

type RedisClient = NodeRedis.NodeRedis["Service"]["client"]

/**
 * Connects, and keeps the connection for as long as the scope is open. Returns when Redis is there, or when it would take
 * too long to wait for it. Fails with RedisUnusable where Redis cannot be used.
 */
export const keep = Effect.fnUntraced(function* (connection: Connection, connect: Connect, duties: Duties) {
  const { lastError, patience, pokes, sendAnyway, usable } = connection
  const started = yield* Deferred.make<void, RedisUnusable>()
  /** The socket of the client that was checked and subscribed, by its number. */
  const checked = yield* Ref.make(0)
  const brokenSince = yield* Ref.make<number | undefined>(undefined)
  const untilPoked = (millis: number) => Effect.timeoutOption(Queue.take(pokes), millis)

  // Callbacks of the library. They only write into a queue, a latch or a reference.
  const listeners = Object.entries(duties.channels).map(
    ([channel, messages]) => [channel, (message: string) => void Queue.offerUnsafe(messages, message)] as const
  )
  const onReady = () => {
    usable.openUnsafe()
    Queue.offerUnsafe(pokes, undefined)
  }
  const onError = (client: RedisClient) => (cause: unknown) => {
    MutableRef.set(lastError, cause)
    if (!client.isReady) usable.closeUnsafe()
    Queue.offerUnsafe(pokes, undefined)
  }

  /** If it is subscribed already, the library does nothing. */
  const subscribe = (client: RedisClient) =>
    Effect.mapError(
      Effect.tryPromise(() => Promise.all(listeners.map(([channel, listen]) => client.subscribe(channel, listen)))),
      ({ cause }) => failureOf({ cause })
    )

  /** Returns what is wrong, if anything is. A Redis that may lose rooms is refused at the start only: later there are rooms in it. */
  const examine = Effect.gen(function* () {
    const risk = yield* check(sendAnyway)
    if (Option.isNone(risk)) {
      return yield* Effect.as(duties.probe, Option.none<string>()).pipe(
        Effect.catchIf(
          ({ kind }) => kind === "unwritable",
          ({ message }) => Effect.succeedSome(message)
        )
      )
    }
    return (yield* Deferred.isDone(started)) ? risk : yield* new RedisUnusable({ message: risk.value })
  })

  const broken = Effect.gen(function* () {
    const now = yield* Elapsed.millis
    const since = yield* Ref.updateAndGet(brokenSince, (since) => since ?? now)
    if (now - since! >= GRACE) yield* connection.turnBroken
    yield* untilPoked(GRACE)
  })

  const beat = Effect.fnUntraced(function* (client: RedisClient) {
    yield* Ref.set(brokenSince, undefined)
    const epoch = client.socketEpoch
    const isChecked = (yield* Ref.get(checked)) === epoch
    const work = Effect.andThen(isChecked ? Effect.void : subscribe(client), duties.pulse)
    const beating = yield* Effect.forkChild(Effect.all([examine, work], { concurrency: isChecked ? 2 : 1 }), {
      startImmediately: true
    })
    if (Option.isNone(yield* Effect.timeoutOption(Fiber.await(beating), patience.answer)))
      yield* connection.turnAway(SILENT)
    // It may take until the connection breaks. A Redis that hangs answers when it goes on.
    const exit = yield* Fiber.await(beating)
    if (Exit.isFailure(exit)) return yield* failed(exit.cause)
    yield* Ref.set(checked, epoch)
    const [trouble] = exit.value
    yield* connection.setTrouble(trouble)
    yield* connection.turnThere
    yield* Deferred.succeed(started, undefined)
    yield* untilPoked(Option.isSome(trouble) ? PULSE_IN_TROUBLE : PULSE)
  })

  const failed = Effect.fnUntraced(function* (cause: Cause.Cause<RequestFailed | RedisUnusable>) {
    const failure = Cause.squash(cause)
    yield* Ref.set(checked, 0)
    if (failure instanceof RedisUnusable || (failure instanceof RequestFailed && failure.kind === "refused")) {
      yield* connection.turnAway(failure.message)
      if (!PASSING.test(failure.message)) {
        yield* Deferred.fail(started, new RedisUnusable({ message: failure.message }))
        // A new connection may lead to another server: the name may have another address by now.
        yield* Effect.ignore(sendAnyway((redis) => redis.send("QUIT")))
      }
    } else if (!(failure instanceof RequestFailed)) {
      yield* Effect.logError("reading the rooms again failed", cause)
    }
    yield* Effect.sleep(RETRY)
  })

  const live = Effect.fnUntraced(function* (client: RedisClient) {
    const listen = onError(client)
    yield* Effect.acquireRelease(
      Effect.sync(() => client.on("ready", onReady).on("error", listen)),
      () => Effect.sync(() => client.off("ready", onReady).off("error", listen))
    )
    if (client.isReady) onReady()
    return yield* Effect.forever(Effect.suspend(() => (client.isReady ? beat(client) : broken)))
  })

  const connected = connect(lastError).pipe(
    Effect.tapError(({ cause }) => {
      MutableRef.set(lastError, cause)
      return Deferred.fail(started, new RedisUnusable({ message: messageOf(cause) }))
    }),
    Effect.retry(Schedule.spaced(PULSE))
  )

  yield* Effect.forkScoped(
    Effect.gen(function* () {
      const client = yield* connected
      yield* Ref.set(connection.client, Option.some(client))
      return yield* live(Context.get(client, NodeRedis.NodeRedis).client)
    })
  )
  yield* Effect.addFinalizer(() => connection.turnClosed)
  yield* Effect.timeoutOrElse(Deferred.await(started), {
    duration: patience.start,
    orElse: () =>
      Effect.flatMap(Effect.flip(connection.away), ({ message }) =>
        Effect.logWarning(`Redis is away: ${message}; rooms are served as soon as it is there`)
      )
  })
})
