/**
 * Reading and writing one room. A write that got no answer is looked for afterwards, so that its caller learns what became
 * of it.
 */
import { Effect, Option, Queue } from "effect"
import * as AccessCodes from "../../domain/AccessCode.ts"
import type { AccessCode, RoomState } from "../../domain/RoomState.ts"
import * as StoredState from "../StoredState.ts"
import { headingOf } from "./Changes.ts"
import type { Connection } from "./Connection.ts"
import { RequestFailed, unsent } from "./Failures.ts"
import * as Scripts from "./Scripts.ts"

/** How long after its deadline the answer to a write, and then its outcome, are waited for, in milliseconds. */
const ANSWER_LIMIT = 200
const FIND_OUT_LIMIT = 400

/** How wrong our estimate of the time of Redis may be, in milliseconds. */
const TOLERANCE = 20

/** A room as it is kept; both are empty where there is none. */
export interface Kept {
  readonly writes: string
  readonly state: string
}

export interface Options {
  readonly connection: Connection
  readonly keyOf: (code: AccessCode) => string
  readonly ttl: number
  /** The key of the clock. */
  readonly clock: string
  /** The channel on which instances tell each other. */
  readonly channel: string
  /** The time of Redis, in milliseconds since the epoch. */
  readonly now: Effect.Effect<number>
}

export interface Write {
  readonly code: AccessCode
  /** The name of the write before this one. Empty if there must be no room yet. */
  readonly expected: string
  /** Empty to delete the room. */
  readonly state: string
  /** Redis refuses it after this time, in milliseconds since the epoch by the clock of Redis. */
  readonly deadline: number
}

const DONE: Scripts.Written = ["done"]
const LATE: Scripts.Written = ["late"]

const unknown = Effect.fail(
  new RequestFailed({ kind: "unknown", message: "it did not answer, and what it has does not tell" })
)

/** The failure of a write that came too late. */
export const tooLate = unsent("it took too long")

/** Returns a random name of twelve characters, for a write or an instance. */
export const newName = () => Buffer.from(crypto.getRandomValues(new Uint8Array(9))).toString("base64url")

/** Returns the name of the last write; empty if there is no room. */
export const nameOf = ({ writes }: Kept) => writes.slice(0, Scripts.NAME_LENGTH)

/** Returns the state of a room that is kept; none if there is no room. */
export const stateOf = (
  code: AccessCode,
  { state, writes }: Kept
): Effect.Effect<Option.Option<RoomState>, StoredState.UnreadableRoom> => {
  if (writes === "" && state === "") return Effect.succeedNone
  const key = AccessCodes.toKey(code)
  if (writes === "" || state === "") return Effect.fail(StoredState.damaged(key, "a field is missing"))
  return Effect.asSome(Effect.fromResult(StoredState.decode(key, state)))
}

/** Where the key of a room holds something else than a hash, the room is damaged. */
const readable = <A>(code: AccessCode, request: Effect.Effect<A, RequestFailed>) =>
  Effect.mapError(request, (failure) =>
    failure.kind === "refused" && failure.message.startsWith("WRONGTYPE")
      ? StoredState.damaged(AccessCodes.toKey(code), "its key holds no hash")
      : failure
  )

/** Returns the functions that read and write a room. */
export const make = ({ channel, clock, connection, keyOf, now, ttl }: Options) => {
  const read = (code: AccessCode): Effect.Effect<Kept, RequestFailed | StoredState.UnreadableRoom> =>
    readable(
      code,
      Effect.map(
        connection.send((redis) =>
          redis.send<readonly [string | null, string | null]>("HMGET", keyOf(code), "writes", "state")
        ),
        ([writes, state]) => ({ writes: writes ?? "", state: state ?? "" })
      )
    )

  const until = (moment: number) => Effect.map(now, (now) => Math.max(0, moment - now))

  const write = Effect.fnUntraced(function* (
    write: Write
  ): Effect.fn.Return<Scripts.Written, RequestFailed | StoredState.UnreadableRoom> {
    const { code, deadline, expected, state } = write
    const name = newName()
    const request = {
      key: keyOf(code),
      clock,
      deadline,
      expected,
      name,
      state,
      ttl,
      channel,
      heading: headingOf(code)
    }
    const limit = yield* until(deadline + ANSWER_LIMIT)
    return yield* readable(
      code,
      Effect.catchIf(
        connection
          .send((redis) => redis.eval(Scripts.write)(request), limit)
          .pipe(
            // Its clock may have been set forward. The next pulse learns the time.
            Effect.tap(([outcome]) => (outcome === "late" ? Queue.offer(connection.pokes, undefined) : Effect.void)),
            Effect.tapError(({ kind, message }) =>
              kind === "unwritable" ? connection.turnUnwritable(message) : Effect.void
            )
          ),
        ({ kind }) => kind === "unanswered",
        () =>
          Effect.flatMap(until(deadline + FIND_OUT_LIMIT), (limit) =>
            Effect.timeoutOrElse(findOut(write, name), { duration: limit, orElse: () => unknown })
          )
      )
    )
  })

  /** Looks for the write with that name. */
  const findOut = Effect.fnUntraced(
    function* ({ code, deadline, expected, state }: Write, name: string) {
      const look = Effect.andThen(connection.untilThere, read(code))
      const isDone = ({ writes }: Kept) => writes.includes(name) || (state === "" && writes === "")
      if (isDone(yield* look)) return DONE
      // After that time Redis refuses the write, if it is still on its way.
      yield* Effect.sleep(yield* until(deadline + TOLERANCE))
      const kept = yield* look
      if (isDone(kept)) return DONE
      return kept.writes.includes(expected) ? LATE : yield* unknown
    },
    Effect.catch(() => unknown)
  )

  return { read, write }
}
