/**
 * Who watches which room through which instance. Each room has a hash, and each instance keeps its own entry in it alive.
 */
import { Array as Arr, Effect, Queue, RcMap, Stream, SubscriptionRef } from "effect"
import { Redis } from "effect/persistence"
import * as AccessCodes from "../../domain/AccessCode.ts"
import type { AccessCode } from "../../domain/RoomState.ts"
import { type Attendance, NOBODY, together } from "../Presence.ts"
import type { Connection, Send } from "./Connection.ts"
import type { RequestFailed } from "./Failures.ts"
import { TIME } from "./Scripts.ts"

/** How long an entry counts, in milliseconds. A pulse renews the entries, so those of a dead instance expire. */
const ENTRY_TTL = 7_000

/** How long the clients are counted that an instance expected back when it ended, in milliseconds. */
const EXPECTED_TTL = 10_000

/** The shortest time between two messages, in milliseconds. A message holds all changes since the one before. */
const TELL_INTERVAL = 100

/** How many entries are renewed in one request. Redis does nothing else during a request. */
const ENTRIES_AT_ONCE = 500

/** The entry of an instance for a room. */
interface Entry {
  readonly code: AccessCode
  readonly text: string
  /** For how long it counts, in milliseconds. 0 removes the entry. */
  readonly holds: number
}

interface Written extends Entry {
  readonly key: string
}

/** Writes entries, and returns all entries of each room. If there is a channel, it also publishes them there. */
const write = Redis.script(
  (instance: string, channel: string, clock: string, entries: ReadonlyArray<Written>) => [
    ...entries.map(({ key }) => key),
    clock,
    instance,
    channel,
    ...entries.flatMap(({ code, text, holds }) => [`${code}\n`, text, holds])
  ],
  {
    numberOfKeys: (_instance, _channel, _clock, entries) => entries.length + 1,
    lua: `${TIME}
local instance, channel = ARGV[1], ARGV[2]
local found = {}
for index = 1, #KEYS - 1 do
  local key = KEYS[index]
  local heading, text, holds = unpack(ARGV, index * 3, index * 3 + 2)
  if holds == '0' then
    redis.call('HDEL', key, instance)
  else
    redis.call('HSET', key, instance, text .. string.format(',%.0f', now + holds))
    redis.call('PEXPIRE', key, ${2 * EXPECTED_TTL})
  end
  local all, valid = redis.call('HGETALL', key), {}
  for field = 1, #all, 2 do
    if tonumber(string.match(all[field + 1], '%d+$')) > now then
      valid[#valid + 1] = all[field] .. ',' .. all[field + 1]
    else
      redis.call('HDEL', key, all[field])
    end
  end
  found[index] = table.concat(valid, ';')
  if channel ~= '' then redis.call('PUBLISH', channel, heading .. found[index]) end
end
return found`
  }
).withReturnType<ReadonlyArray<string>>()

export interface Options {
  readonly connection: Connection
  /** Names this instance. */
  readonly instance: string
  readonly keyOf: (code: AccessCode) => string
  /** The key of the clock. */
  readonly clock: string
  /** The channel on which instances tell each other. */
  readonly channel: string
  /** The messages of that channel which have come, in their order. */
  readonly messages: Queue.Dequeue<string>
  /** The time of Redis, in milliseconds since the epoch. */
  readonly now: Effect.Effect<number>
}

/** Returns the parts of a `Presence`, and what is sent with each pulse. */
export const make = Effect.fnUntraced(function* ({
  channel,
  clock,
  connection,
  instance,
  keyOf,
  messages,
  now
}: Options) {
  /** The last entry of each room, unless it is empty. */
  const announced = new Map<AccessCode, string>()
  const news = yield* Queue.unbounded<Entry>()
  const watched = new Map<AccessCode, SubscriptionRef.SubscriptionRef<Attendance>>()

  /** Adds up the entries of others that count at `now`. */
  const attendanceElsewhere = (entries: string, now: number): Attendance =>
    entries
      .split(";")
      .map((entry) => entry.split(","))
      .filter((entry) => entry[0] !== "" && entry[0] !== instance && Number(entry.at(-1)) > now)
      .map(([, connected, expected, returned, names]) => attendanceOf(connected, expected, returned, names))
      .reduce(together, NOBODY)

  const learn = (code: AccessCode, entries: string) =>
    Effect.suspend(() => {
      const attendance = watched.get(code)
      const elsewhere = attendanceElsewhere(entries, 0)
      return attendance === undefined || textOf(SubscriptionRef.getUnsafe(attendance)) === textOf(elsewhere)
        ? Effect.void
        : SubscriptionRef.set(attendance, elsewhere)
    })

  const tell = Effect.fnUntraced(function* (send: Send, channel: string, entries: ReadonlyArray<Entry>) {
    if (entries.length === 0) return
    const written = entries.map((entry): Written => ({ ...entry, key: keyOf(entry.code) }))
    const found = yield* send((redis) => redis.eval(write)(instance, channel, clock, written))
    yield* Effect.forEach(entries, ({ code }, index) => learn(code, found[index] ?? ""), { discard: true })
  })

  /** If a message is lost, the next pulse makes up for it. */
  const tellNews = (entries: ReadonlyArray<Entry>) =>
    tell(connection.send, channel, [...new Map(entries.map((entry) => [entry.code, entry])).values()]).pipe(
      Effect.ignore,
      Effect.uninterruptible
    )

  const announce = (typed: AccessCode, here: Attendance) =>
    Effect.suspend(() => {
      const code = AccessCodes.toKey(typed)
      const text = textOf(here)
      if (text === (announced.get(code) ?? EMPTY)) return Effect.void
      if (text === EMPTY) announced.delete(code)
      else announced.set(code, text)
      const holds = text === EMPTY ? 0 : here.connected > 0 ? ENTRY_TTL : EXPECTED_TTL
      return Effect.asVoid(Queue.offer(news, { code, text, holds }))
    })

  const elsewhere = Effect.fnUntraced(function* (code: AccessCode): Effect.fn.Return<Attendance, RequestFailed> {
    const all = yield* connection.send((redis) => redis.send<Readonly<Record<string, string>>>("HGETALL", keyOf(code)))
    const entries = Object.entries(all).map((entry) => entry.join(","))
    return attendanceElsewhere(entries.join(";"), yield* now)
  })

  const watch = Effect.fnUntraced(function* (code: AccessCode) {
    const attendance = yield* SubscriptionRef.make(NOBODY)
    yield* Effect.acquireRelease(
      Effect.sync(() => watched.set(code, attendance)),
      () =>
        Effect.sync(() => {
          if (watched.get(code) === attendance) watched.delete(code)
          // Clients that are expected back are counted by the last entry, until it expires.
          if (announced.get(code)?.startsWith("0,")) announced.delete(code)
        })
    )
    const known = yield* Effect.orElseSucceed(elsewhere(code), () => NOBODY)
    yield* SubscriptionRef.update(attendance, (present) => (present === NOBODY ? known : present))
    return attendance
  })
  const rooms = yield* RcMap.make({ lookup: watch })

  yield* Stream.fromQueue(messages).pipe(
    Stream.runForEach((message) => {
      const heading = message.indexOf("\n")
      const learned = learn(message.slice(0, heading) as AccessCode, message.slice(heading + 1))
      return Effect.catchCause(learned, Effect.logError)
    }),
    Effect.forkScoped
  )
  yield* Queue.takeAll(news).pipe(
    Effect.flatMap(tellNews),
    Effect.andThen(Effect.sleep(TELL_INTERVAL)),
    Effect.forever,
    Effect.forkScoped
  )

  return {
    announce,
    /** Announces at once what has not been announced yet. */
    flush: Effect.flatMap(Queue.clear(news), tellNews),
    elsewhere,
    changes: (code: AccessCode): Stream.Stream<Attendance> =>
      Stream.unwrap(Effect.map(RcMap.get(rooms, AccessCodes.toKey(code)), SubscriptionRef.changes)),

    /** Renews all entries, and learns of all others. Does nothing while Redis takes no changes. */
    pulse: Effect.suspend(() => {
      const entries = [...new Set([...announced.keys(), ...watched.keys()])].map((code) => {
        const text = announced.get(code)
        return { code, text: text ?? EMPTY, holds: text === undefined ? 0 : ENTRY_TTL }
      })
      const batches = Arr.chunksOf(entries, ENTRIES_AT_ONCE)
      return Effect.forEach(batches, (batch) => tell(connection.sendAnyway, "", batch), { discard: true })
    }).pipe(
      Effect.catchIf(
        ({ kind }) => kind === "unwritable",
        () => Effect.void
      )
    )
  }
})

const attendanceOf = (connected = "0", expected = "0", returned = "0", names = ""): Attendance => ({
  connected: Number(connected),
  expected: Number(expected),
  returned: Number(returned),
  names: names === "" ? [] : names.split("+").map(decodeURIComponent)
})

/** The names are escaped, so that none of them holds a separator. */
const textOf = ({ connected, expected, names, returned }: Attendance) =>
  `${connected},${expected},${returned},${names.map(encodeURIComponent).join("+")}`

const EMPTY = textOf(NOBODY)
