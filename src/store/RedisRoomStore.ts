/**
 * Rooms in Redis 7 or later, or Valkey, for any number of instances: whoever changes a room where, every instance that
 * watches it hears of it, and what a lost message kept from it, it reads again.
 */
import { NodeRedis } from "@effect/platform-node"
import { Clock, Context, Duration, Effect, Exit, Fiber, Layer, Option, References, Result, Scope } from "effect"
import type { Redis } from "effect/persistence"
import { ErrorReply } from "redis"
import * as AccessCodes from "../domain/AccessCode.ts"
import { roomNotFound, StoreUnavailable } from "../domain/errors.ts"
import type { AccessCode } from "../domain/RoomState.ts"
import { DEFAULT_TTL } from "./LocalRoomStore.ts"
import { Presence } from "./Presence.ts"
import * as Connection from "./RedisConnection.ts"
import { RedisPresence } from "./RedisPresence.ts"
import * as Scripts from "./RedisScripts.ts"
import { RedisTime } from "./RedisTime.ts"
import { decodeState, RedisWatches } from "./RedisWatches.ts"
import { type Decision, RoomStore } from "./RoomStore.ts"
import { Turns } from "./Turns.ts"

export { RedisUnusable } from "./RedisConnection.ts"

export interface Options {
  /** Put before every key and channel. */
  readonly prefix?: string
  /** How long a room is kept that nobody changes or watches. */
  readonly ttl?: Duration.Duration
}

/**
 * How long a change may take before Redis refuses it, and how much longer its answer, and finding out what became of it,
 * are waited for, in milliseconds: less than a second in all.
 */
const DEADLINE = 500
const ANSWER_LIMIT = 200
const FIND_OUT_LIMIT = 400

/** How far the time of Redis may be from what we think it is. */
const TOLERANCE = 20

/** How long a connection may be silent before it is given up, and how long one may take to be made. */
const SOCKET_TIMEOUT = 3_000
const CONNECT_TIMEOUT = 1_000

/** How soon a broken connection is made anew, at first and at most. */
const RECONNECT_LEAST = 10
const RECONNECT_MOST = 500

const CLOSE_LIMIT = 1_000

/** Keeps rooms in the Redis at `url`. Where it is away the store waits for it; where it cannot be used it says why. */
export const layer = ({
  url,
  ...options
}: Options & { readonly url: string }): Layer.Layer<RoomStore, Connection.RedisUnusable> =>
  Layer.effectContext(make(options, connecting(url)))

/**
 * The same over a connection of the program's own: `NodeRedis.layer({ url, disableOfflineQueue: true, socket: {
 * socketTimeout: 3_000, reconnectStrategy } })`. With a queue, what was refused here would be done later; a strategy that
 * gives up, as the default one does on a time-out, leaves the store away for good.
 */
export const layerNoDeps = (
  options: Options = {}
): Layer.Layer<RoomStore, Connection.RedisUnusable, Redis.Redis | NodeRedis.NodeRedis> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const services = yield* Effect.context<Redis.Redis | NodeRedis.NodeRedis>()
      const { client } = Context.get(services, NodeRedis.NodeRedis)
      if (client.options.disableOfflineQueue !== true || (client.options.RESP ?? 3) < 3) {
        return yield* new Connection.RedisUnusable({
          message: "expected a client with disableOfflineQueue, and RESP 3"
        })
      }
      return yield* make(options, () => Effect.succeed(services))
    })
  )

/** Connects as long as it takes; fails only where Redis itself refuses us, such as for a wrong password. */
const connecting = (url: string): Connection.Options["connect"] =>
  Effect.fnUntraced(function* (trouble) {
    const scope = yield* Scope.make()
    let connected = false
    const client = NodeRedis.layer({
      url,
      RESP: 3,
      disableOfflineQueue: true,
      maintNotifications: "disabled",
      socket: {
        connectTimeout: CONNECT_TIMEOUT,
        socketTimeout: SOCKET_TIMEOUT,
        reconnectStrategy: (retries, cause) => {
          trouble(cause)
          if (!connected && cause instanceof ErrorReply) return cause
          return Math.min(RECONNECT_MOST, RECONNECT_LEAST * 2 ** retries) * (0.5 + Math.random() / 2)
        }
      }
    })
    // It waits for the answers of a Redis that may hang, so it is not waited for without end.
    yield* Effect.addFinalizer(() =>
      Effect.forkDetach(Scope.close(scope, Exit.void), { startImmediately: true }).pipe(
        Effect.flatMap(Fiber.await),
        Effect.timeoutOption(CLOSE_LIMIT)
      )
    )
    // The library logs each attempt that fails; when Redis goes and comes is logged by the connection.
    const services = yield* Layer.buildWithScope(client, scope).pipe(
      Effect.provideService(References.MinimumLogLevel, "None")
    )
    connected = true
    yield* Effect.addFinalizer(() => Effect.sync(() => Context.get(services, NodeRedis.NodeRedis).client.destroy()))
    return services
  })

const make = Effect.fnUntraced(function* (options: Options, connect: Connection.Options["connect"]) {
  const prefix = options.prefix ?? "pairroom:"
  const ttl = Duration.toMillis(options.ttl ?? DEFAULT_TTL)
  const channel = `${prefix}changes`
  const keyOf = (code: AccessCode) => `${prefix}room:${AccessCodes.toKey(code)}`

  const clock = yield* Clock.Clock
  const elapsed = () => Number(clock.monotonicTimeNanosUnsafe() / 1_000n) / 1_000
  const time = new RedisTime()
  const now = () => Math.floor(time.at(elapsed()) ?? clock.currentTimeMillisUnsafe())

  const watches = new RedisWatches({ keyOf, ttl, elapsed, time })
  const presence = new RedisPresence({
    instance: newName(),
    keyOf: (code) => `${prefix}presence:${AccessCodes.toKey(code)}`,
    channel: `${prefix}presence`
  })
  const connection = yield* Connection.make({
    connect,
    channels: { [channel]: watches.hear, [`${prefix}presence`]: presence.hear },
    pulse: (send) =>
      Effect.all([watches.pulse(send), presence.pulse(send)], { concurrency: "unbounded", discard: true })
  })
  yield* Effect.addFinalizer(() => presence.tell(connection.send))
  yield* Effect.forkScoped(presence.telling(connection.send))
  const turns = new Turns()

  const read = (code: AccessCode) =>
    Effect.map(
      connection.send((redis) =>
        redis.send<readonly [string | null, string | null]>("HMGET", keyOf(code), "writes", "state")
      ),
      ([writes, state]): Kept => ({ writes: writes ?? "", state: state ?? "" })
    )

  /** One write; what became of one whose answer was lost is found out afterwards. */
  const write = (code: AccessCode, expected: string, state: string, deadline: number, tell: boolean) =>
    Effect.suspend(() => {
      const name = newName()
      return connection
        .send(
          (redis) =>
            redis.eval(Scripts.write)({
              key: keyOf(code),
              deadline,
              expected,
              name,
              state,
              ttl,
              channel: tell ? channel : "",
              heading: watches.headingOf(code)
            }),
          Math.max(0, deadline + ANSWER_LIMIT - now())
        )
        .pipe(
          Effect.catchIf(
            ({ kind }) => kind === "unanswered",
            () => findOut(code, expected, name, state, deadline)
          )
        )
    })

  const findOut = (code: AccessCode, expected: string, name: string, state: string, deadline: number) => {
    const isDone = ({ writes }: Kept) => writes.includes(name) || (state === "" && writes === "")
    const look = Effect.andThen(connection.awaitThere, read(code))
    return Effect.gen(function* () {
      if (isDone(yield* look)) return DONE
      // From then on Redis refuses it, should it still be on its way.
      yield* Effect.sleep(Math.max(0, deadline + TOLERANCE - now()))
      const kept = yield* look
      if (isDone(kept)) return DONE
      return kept.writes.includes(expected) ? LATE : yield* unknown
    }).pipe(
      Effect.catch(() => unknown),
      Effect.timeoutOrElse({ duration: Math.max(0, deadline + FIND_OUT_LIMIT - now()), orElse: () => unknown })
    )
  }

  const decode = (code: AccessCode, { state }: Kept) =>
    Option.match(decodeState(state), {
      onSome: Effect.succeed,
      onNone: () => new Connection.RequestFailed({ kind: "refused", message: `what ${keyOf(code)} holds is no room` })
    })

  const get = (code: AccessCode) =>
    Effect.flatMap(read(code), (kept) => (kept.state === "" ? Effect.succeedNone : Effect.asSome(decode(code, kept))))

  const renew = (code: AccessCode) => connection.send((redis) => redis.send("PEXPIRE", keyOf(code), `${ttl}`, "GT"))

  const store = RoomStore.of({
    create: (state) =>
      Effect.suspend(() => write(state.accessCode, "", JSON.stringify(state), now() + DEADLINE, false)).pipe(
        Effect.flatMap(([outcome]) => (outcome === "late" ? tooLate : Effect.succeed(outcome === "done"))),
        reported
      ),

    get: (code) => reported(get(code)),

    modify: <E>(code: AccessCode, decide: Decision<E>) =>
      Effect.gen(function* () {
        const deadline = now() + DEADLINE
        let kept = yield* read(code)
        for (;;) {
          if (kept.state === "") return yield* roomNotFound()
          const state = yield* decode(code, kept)
          const decision = decide(state, now())
          if (Result.isFailure(decision)) return yield* Effect.fail(decision.failure)
          const change = decision.success
          if (Option.isSome(change) && change.value === state) return change
          const next = Option.match(change, { onNone: () => "", onSome: (state) => JSON.stringify(state) })
          const [outcome, writes, found] = yield* write(code, nameOf(kept), next, deadline, true)
          if (outcome === "done") return change
          if (outcome === "late") return yield* tooLate
          kept = { writes: writes ?? "", state: found ?? "" }
        }
      }).pipe(turns.take(keyOf(code), connection.awaitAway), reported),

    changes: (code, hear) =>
      Effect.gen(function* () {
        const watch = yield* Effect.acquireRelease(
          Effect.sync(() => watches.add(code, hear)),
          ({ leave }) => Effect.ignore(Effect.andThen(Effect.sync(leave), renew(code)))
        )
        yield* watch.begin(connection.send)
        return yield* get(code)
      }).pipe(reported),

    away: (hear) => {
      const listener = (away: boolean) => hear(away)
      return Effect.acquireRelease(
        Effect.sync(() => connection.onAway.add(listener)),
        () => Effect.sync(() => connection.onAway.delete(listener))
      )
    },

    now: Effect.sync(now),
    nowUnsafe: now,

    ready: Effect.asVoid(connection.send((redis) => redis.send("PING"))).pipe(reported)
  })

  const elsewhere = (code: AccessCode) => Effect.suspend(() => presence.elsewhere(connection.send, code, now()))
  return Context.make(RoomStore, store).pipe(
    Context.add(Presence, {
      join: (code, attended) =>
        Effect.andThen(
          Effect.ignore(Effect.map(elsewhere(code), attended.hear)),
          Effect.suspend(() => presence.join(code, attended))
        ),
      elsewhere: (code) => reported(elsewhere(code))
    })
  )
})

/** A room as it is kept; both empty where there is none. */
interface Kept {
  readonly writes: string
  readonly state: string
}

const DONE: Scripts.Written = ["done"]
const LATE: Scripts.Written = ["late"]

const nameOf = ({ writes }: Kept) => writes.slice(0, Scripts.NAME_LENGTH)

const newName = () => Buffer.from(crypto.getRandomValues(new Uint8Array(9))).toString("base64url")

const unknown = Effect.fail(
  new Connection.RequestFailed({ kind: "unknown", message: "it did not answer, and what it has does not tell" })
)

const tooLate = Effect.fail(new Connection.RequestFailed({ kind: "unsent", message: "it took too long" }))

/** The cause is the operator's to read; a client learns whether it may try again. */
const reported = <A, E, R>(effect: Effect.Effect<A, E | Connection.RequestFailed, R>) =>
  Effect.catchIf(
    effect,
    (error): error is Connection.RequestFailed => error instanceof Connection.RequestFailed,
    ({ kind, message }) =>
      Effect.andThen(
        kind === "refused" ? Effect.logError(`Redis refused a request: ${message}`) : Effect.void,
        new StoreUnavailable({
          message:
            kind === "unknown"
              ? `the store cannot be reached (${message}); whether the change was made is not known: look before you try again`
              : `the store cannot be reached (${message}); nothing was changed; try again in a second`
        })
      )
  )
