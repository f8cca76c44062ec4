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

/** Takes the place of the name and of the state where the key of a room holds something that is no room. */
const UNREADABLE = "!"

/**
 * Defines `now` in a script whose last key is that of the clock, in milliseconds. `offset` is by how much the clock of Redis was set
 * back, in microseconds: time in the rooms does not go back.
 */
export const TIME = `
local time = redis.call('TIME')
local offset = tonumber(redis.call('HGET', KEYS[#KEYS], 'offset') or 0)
local now = math.floor((time[1] * 1000000 + time[2] + offset) / 1000)
`

/** For how long the offset is kept when no instance is there, in milliseconds. After that, time is what the clock of Redis says then. */
const CLOCK_TTL = 60_000

/** How far time may go on before it is written down again, in microseconds. */
const KEPT_EVERY = 500_000

/** The outcome of a write. A conflict has the name and the state of the room as it is now, or null where there is no room. */
export type Written =
  | readonly ["done"]
  | readonly ["late"]
  | readonly ["conflict", writes: string | null, state: string | null]

export interface Write {
  readonly key: string
  /** The key of the clock. */
  readonly clock: string
  /** Redis refuses it after this time, in milliseconds since the epoch. */
  readonly deadline: number
  /** The name of the write that it builds on; empty where there must be no room yet. */
  readonly expected: string
  readonly name: string
  /** Empty to delete the room. */
  readonly state: string
  readonly ttl: number
  /** Where the change is told, and what is written before it. */
  readonly channel: string
  readonly heading: string
}

/** Compares, sets, expires and publishes. */
export const write = Redis.script(
  ({ clock, key, ...write }: Write) => [
    key,
    clock,
    write.deadline,
    write.expected,
    write.name,
    write.state,
    write.ttl,
    write.channel,
    write.heading
  ],
  {
    numberOfKeys: 2,
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
redis.call('PUBLISH', channel, heading .. name .. state)
return { 'done' }`
  }
).withReturnType<Written>()

/**
 * Writes something and deletes it. The first command is the one that Redis refuses where it takes no changes. Where the rights of the
 * user are too few to publish on these channels, it is refused too: a change would be made then, and its script would fail behind it.
 */
export const probe = Redis.script((key: string, channels: ReadonlyArray<string>) => [key, ...channels], {
  numberOfKeys: 1,
  lua: `
for _, channel in ipairs(ARGV) do
  if redis.acl_check_cmd and not redis.acl_check_cmd('PUBLISH', channel, '') then
    return redis.error_reply('NOPERM this user has no permissions to publish on ' .. channel)
  end
end
redis.call('HSET', KEYS[1], 'probe', '1')
return redis.call('DEL', KEYS[1])`
}).withReturnType<number>()

/** A room that is read again: the name of the write that is known of it, empty where none is. */
export interface Reread {
  readonly key: string
  readonly known: string
}

/** What an instance takes the time of Redis for, give or take `tolerance`, in microseconds. An estimate of 0 is none. */
export interface Estimate {
  readonly clock: string
  readonly time: number
  readonly tolerance: number
  /** May the script write? */
  readonly keeps: boolean
}

/** Seconds and microseconds; then for each room null where nothing is new, empty where there is no room, or name and state. */
export type Found = readonly [seconds: number, micros: number, ...rooms: ReadonlyArray<string | null>]

/**
 * Reads many rooms again, and lets those of them that are there live for at least `ttl` more. It also tells the time. If the clock of
 * Redis was set back, behind the time that was given out last or that this instance has reached, time goes on from there.
 */
export const reread = Redis.script(
  (rooms: ReadonlyArray<Reread>, ttl: number, { clock, keeps, time, tolerance }: Estimate) => [
    ...rooms.map(({ key }) => key),
    clock,
    ttl,
    Math.floor(time),
    Math.ceil(tolerance),
    keeps ? 1 : 0,
    ...rooms.map(({ known }) => known)
  ],
  {
    numberOfKeys: (rooms) => rooms.length + 1,
    lua: `
local clock, time = redis.call('HMGET', KEYS[#KEYS], 'offset', 'last'), redis.call('TIME')
local offset, last = tonumber(clock[1] or 0), tonumber(clock[2] or 0)
local ttl, estimate, tolerance = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local now, least = time[1] * 1000000 + time[2] + offset, last
if now < estimate - tolerance and estimate > least then least = estimate end
if now < least then offset, now = offset + least - now, least end
if ARGV[4] == '1' and (now - last > ${KEPT_EVERY} or offset ~= tonumber(clock[1] or 0)) then
  redis.call('HSET', KEYS[#KEYS], 'offset', string.format('%.0f', offset), 'last', string.format('%.0f', now))
  redis.call('PEXPIRE', KEYS[#KEYS], ${CLOCK_TTL})
end
local found = { math.floor(now / 1000000), now % 1000000 }
for index = 1, #KEYS - 1 do
  local key = KEYS[index]
  local room = redis.pcall('HMGET', key, 'writes', 'state')
  local name, state = '', ''
  if room.err or room[1] or room[2] then
    name, state = string.sub(room[1] or '', 1, ${NAME_LENGTH}), room[2] or ''
    if #name < ${NAME_LENGTH} or state == '' then name, state = '${UNREADABLE.repeat(NAME_LENGTH)}', '${UNREADABLE}' end
  end
  if name == ARGV[index + 4] then found[index + 2] = false else found[index + 2] = name .. state end
  if ttl > 0 and name ~= '' then redis.call('PEXPIRE', key, ttl, 'GT') end
end
return found`
  }
).withReturnType<Found>()
