/**
 * Who watches the rooms through which instance: a hash for each room, in which each instance keeps its own entry alive.
 */
import { Effect, Latch, type Scope } from "effect"
import { Redis } from "effect/persistence"
import * as AccessCodes from "../domain/AccessCode.ts"
import type { AccessCode } from "../domain/RoomState.ts"
import { type Attendance, type Attended, NOBODY, together } from "./Presence.ts"
import type { RequestFailed, Send } from "./RedisConnection.ts"
import { TIME } from "./RedisScripts.ts"

/** How long the entry of an instance that has died is counted, in milliseconds; each is renewed with every pulse. */
const ENTRY_TTL = 7_000

/** How long those are counted whom an instance expected back when it ended, in milliseconds. */
const EXPECTED_TTL = 10_000

/** Changes are told at once, and then so often at most, in milliseconds: many of them together. */
const TELL_INTERVAL = 100

/** What an instance has to say of a room: its entry, and for how long it holds; 0 to take it back. */
interface Entry {
  readonly key: string
  readonly heading: string
  readonly text: string
  readonly holds: number
}

/** Writes entries, and gives all entries of each room; with a channel, tells them there. */
const attend = Redis.script(
  (instance: string, channel: string, entries: ReadonlyArray<Entry>) => [
    ...entries.map(({ key }) => key),
    instance,
    channel,
    ...entries.flatMap(({ heading, text, holds }) => [heading, text, holds])
  ],
  {
    numberOfKeys: (_instance, _channel, entries) => entries.length,
    lua: `${TIME}
local instance, channel = ARGV[1], ARGV[2]
local found = {}
for index, key in ipairs(KEYS) do
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
  /** Names this instance. */
  readonly instance: string
  readonly keyOf: (code: AccessCode) => string
  readonly channel: string
}

interface Room extends Attended {
  readonly code: AccessCode
  told: string
}

export class RedisPresence {
  readonly #options: Options
  readonly #rooms = new Map<string, Room>()
  /** What is to be told at once. */
  readonly #news = new Map<string, Entry>()
  readonly #hasNews = Latch.makeUnsafe(false)

  constructor(options: Options) {
    this.#options = options
  }

  readonly hear = (message: string): void => {
    const heading = message.indexOf("\n")
    this.#rooms.get(message.slice(0, heading))?.hear(this.#elsewhere(message.slice(heading + 1), 0))
  }

  /** Renews all entries, and hears of all others. */
  readonly pulse = (send: Send): Effect.Effect<void, RequestFailed> =>
    this.#attend(send, "", () => [...this.#rooms.values()].map((room) => this.#entryOf(room)))

  /** Tells what changes, for as long as it runs. */
  readonly telling = (send: Send): Effect.Effect<never> =>
    Effect.forever(
      this.#hasNews.await.pipe(Effect.andThen(this.tell(send)), Effect.andThen(Effect.sleep(TELL_INTERVAL)))
    )

  /** Tells what has changed. What is lost on the way comes with the next pulse. */
  readonly tell = (send: Send): Effect.Effect<void> =>
    Effect.ignore(
      this.#attend(send, this.#options.channel, () => {
        this.#hasNews.closeUnsafe()
        const news = [...this.#news.values()]
        this.#news.clear()
        return news
      })
    )

  join(code: AccessCode, attended: Attended): Effect.Effect<() => void, never, Scope.Scope> {
    const key = AccessCodes.toKey(code)
    const room: Room = { code, told: textOf(NOBODY), here: attended.here, hear: attended.hear }
    return Effect.acquireRelease(
      Effect.sync(() => {
        this.#rooms.set(key, room)
        return () => this.#changed(key, room)
      }),
      () =>
        Effect.sync(() => {
          if (this.#rooms.get(key) === room) this.#rooms.delete(key)
          const { expected } = room.here()
          if (room.told !== textOf(NOBODY) || expected > 0) {
            this.#announce(key, {
              ...this.#entryOf(room),
              text: textOf({ ...NOBODY, expected }),
              holds: expected > 0 ? EXPECTED_TTL : 0
            })
          }
        })
    )
  }

  /** Who watches a room elsewhere. */
  elsewhere(send: Send, code: AccessCode, now: number): Effect.Effect<Attendance, RequestFailed> {
    return Effect.map(
      send((redis) => redis.send<Readonly<Record<string, string>>>("HGETALL", this.#options.keyOf(code))),
      (all) =>
        this.#elsewhere(
          Object.entries(all)
            .map((entry) => entry.join(","))
            .join(";"),
          now
        )
    )
  }

  #changed(key: string, room: Room): void {
    const text = textOf(room.here())
    if (text === room.told) return
    room.told = text
    this.#announce(key, this.#entryOf(room))
  }

  #announce(key: string, entry: Entry): void {
    this.#news.set(key, entry)
    this.#hasNews.openUnsafe()
  }

  #entryOf(room: Room): Entry {
    const text = textOf(room.here())
    return {
      key: this.#options.keyOf(room.code),
      heading: `${AccessCodes.toKey(room.code)}\n`,
      text,
      holds: text === textOf(NOBODY) ? 0 : ENTRY_TTL
    }
  }

  #attend(send: Send, channel: string, entries: () => ReadonlyArray<Entry>): Effect.Effect<void, RequestFailed> {
    return Effect.suspend(() => {
      const told = entries()
      if (told.length === 0) return Effect.void
      return Effect.map(
        send((redis) => redis.eval(attend)(this.#options.instance, channel, told)),
        (found) =>
          told.forEach(({ heading }, index) =>
            this.#rooms.get(heading.slice(0, -1))?.hear(this.#elsewhere(found[index] ?? "", 0))
          )
      )
    })
  }

  /** Adds up the entries of others that hold at `now`. */
  #elsewhere(entries: string, now: number): Attendance {
    let elsewhere = NOBODY
    for (const entry of entries.split(";")) {
      const [instance, connected, expected, returned, until] = entry.split(",")
      if (entry !== "" && instance !== this.#options.instance && Number(until) > now) {
        elsewhere = together(elsewhere, {
          connected: Number(connected),
          expected: Number(expected),
          returned: Number(returned)
        })
      }
    }
    return elsewhere
  }
}

const textOf = ({ connected, expected, returned }: Attendance) => `${connected},${expected},${returned}`
