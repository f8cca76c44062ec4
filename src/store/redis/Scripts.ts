/**
 * What runs inside of Redis, each script at once and whole. All times are milliseconds by Redis `TIME`.
 *
 * A room is a hash: `state` is its JSON, `writes` names the last writes to it, the newest first. Each write has a name of
 * its own, by which it is compared, and found again when its reply was lost.
 */
import { Redis } from "effect/persistence"

/** How long the name of a write is, and how many of them a room keeps. */
export const NAME_LENGTH = 12
const NAMES_KEPT = 8

/** Stands for the name and the state of what is kept under the key of a room and is none. */
const UNREADABLE = "!"

/** Brings `now` into a script. */
export const TIME = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`

/** What became of a write; where it did not come to pass, the room as it is, if there is one. */
export type Written =
  | readonly ["done"]
  | readonly ["late"]
  | readonly ["conflict", writes: string | null, state: string | null]

export interface Write {
  readonly key: string
  /** After which it is refused. */
  readonly deadline: number
  /** The name of the write that it builds on; empty where there must be no room yet. */
  readonly expected: string
  readonly name: string
  /** Empty to delete the room. */
  readonly state: string
  readonly ttl: number
  /** Where the change is told, and what is written before it; empty to tell nobody. */
  readonly channel: string
  readonly heading: string
}

/** Compares, sets, expires and publishes. */
export const write = Redis.script(
  ({ key, ...write }: Write) => [
    key,
    write.deadline,
    write.expected,
    write.name,
    write.state,
    write.ttl,
    write.channel,
    write.heading
  ],
  {
    numberOfKeys: 1,
    lua: `${TIME}
local deadline, expected, name, state, ttl, channel, heading = unpack(ARGV)
if now > tonumber(deadline) then return { 'late' } end
local room = redis.call('HMGET', KEYS[1], 'writes', 'state')
local writes = room[1] or ''
if string.sub(writes, 1, ${NAME_LENGTH}) ~= expected or (expected == '' and redis.call('EXISTS', KEYS[1]) == 1) then
  return { 'conflict', room[1], room[2] }
end
if state == '' then
  redis.call('DEL', KEYS[1])
else
  redis.call('HSET', KEYS[1], 'writes', string.sub(name .. writes, 1, ${NAME_LENGTH * NAMES_KEPT}), 'state', state)
  redis.call('PEXPIRE', KEYS[1], ttl, expected == '' and 'NX' or 'GT')
end
if channel ~= '' then redis.call('PUBLISH', channel, heading .. name .. state) end
return { 'done' }`
  }
).withReturnType<Written>()

/** Writes something and deletes it. The first command is the one that Redis refuses where it takes no changes. */
export const probe = Redis.script((key: string) => [key], {
  numberOfKeys: 1,
  lua: `
redis.call('HSET', KEYS[1], 'probe', '1')
return redis.call('DEL', KEYS[1])`
}).withReturnType<number>()

/** A room that is read again: the name of the write that is known of it, empty where none is. */
export interface Reread {
  readonly key: string
  readonly known: string
}

/** Seconds and microseconds; then for each room null where nothing is new, empty where there is no room, or name and state. */
export type Found = readonly [seconds: number, micros: number, ...rooms: ReadonlyArray<string | null>]

/** Reads many rooms again, and lets those of them that are there live for at least `ttl` more. */
export const reread = Redis.script(
  (rooms: ReadonlyArray<Reread>, ttl: number) => [
    ...rooms.map(({ key }) => key),
    ttl,
    ...rooms.map(({ known }) => known)
  ],
  {
    numberOfKeys: (rooms) => rooms.length,
    lua: `
local time = redis.call('TIME')
local found = { tonumber(time[1]), tonumber(time[2]) }
local ttl = tonumber(ARGV[1])
for index, key in ipairs(KEYS) do
  local room = redis.pcall('HMGET', key, 'writes', 'state')
  local name, state = '', ''
  if room.err or room[1] or room[2] then
    name, state = string.sub(room[1] or '', 1, ${NAME_LENGTH}), room[2] or ''
    if #name < ${NAME_LENGTH} or state == '' then name, state = '${UNREADABLE.repeat(NAME_LENGTH)}', '${UNREADABLE}' end
  end
  if name == ARGV[index + 1] then found[index + 2] = false else found[index + 2] = name .. state end
  if ttl > 0 and name ~= '' then redis.call('PEXPIRE', key, ttl, 'GT') end
end
return found`
  }
).withReturnType<Found>()
