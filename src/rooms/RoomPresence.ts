/**
 * Who watches a room, as a value and pure functions: clients that are connected here, clients whose stream the server has just
 * ended and which are expected back, and clients of other instances.
 */
import { type Attendance, countOf, NOBODY, together } from "../store/Presence.ts"

/** How long a client is still counted after the server ended its stream, in milliseconds. So nobody sees it reconnect. */
export const RETURN_GRACE = 10_000

/** The first presence event is published at once. The next one comes after this time at the earliest, in milliseconds. */
const PRESENCE_INTERVAL = 1_000

export interface RoomPresence {
  readonly connected: number
  /** How many of the connected clients want ticks. */
  readonly ticking: number
  /** For each client that is expected back here: the time until which it is counted, the earliest first. */
  readonly expected: ReadonlyArray<number>
  /** How many clients have come back here that another instance expects. */
  readonly returned: number
  readonly elsewhere: Attendance
  /** Is there a client here that does not know the present number of connections? */
  readonly unpublished: boolean
  /** When the last presence event was published, in milliseconds by the clock of the store. */
  readonly publishedAt: number
}

export const empty: RoomPresence = {
  connected: 0,
  ticking: 0,
  expected: [],
  returned: 0,
  elsewhere: NOBODY,
  unpublished: false,
  publishedAt: Number.NEGATIVE_INFINITY
}

/** Returns what other instances learn about this one. */
export const attendance = ({ connected, expected, returned }: RoomPresence): Attendance => ({
  connected,
  expected: expected.length,
  returned
})

/** Returns the number of connections on all instances, with the clients that are expected back. */
export const connections = (presence: RoomPresence): number =>
  countOf(together(attendance(presence), presence.elsewhere))

/** A client connects. If it was here before, it takes the place that was kept for it, here or on another instance. */
export const arrive = (presence: RoomPresence, options: { ticks: boolean; returns: boolean }): RoomPresence => {
  const { connected, elsewhere, expected, returned, ticking } = presence
  const isExpectedHere = options.returns && expected.length > 0
  const isExpectedElsewhere = options.returns && !isExpectedHere && elsewhere.expected > elsewhere.returned + returned
  return noting(presence, connected, {
    connected: connected + 1,
    ticking: ticking + (options.ticks ? 1 : 0),
    expected: isExpectedHere ? expected.slice(1) : expected,
    returned: returned + (isExpectedElsewhere ? 1 : 0)
  })
}

/** A client has closed its stream. */
export const leave = (presence: RoomPresence, ticks: boolean): RoomPresence =>
  noting(presence, presence.connected - 1, {
    connected: presence.connected - 1,
    ticking: presence.ticking - (ticks ? 1 : 0)
  })

/** The server has ended a stream at `now`, and expects its client back. */
export const dismiss = (presence: RoomPresence, ticks: boolean, now: number): RoomPresence => ({
  ...leave(presence, ticks),
  expected: [...presence.expected, now + RETURN_GRACE],
  unpublished: presence.unpublished
})

/** Clients that were expected until `now` and did not come back are no longer counted. */
export const forget = (presence: RoomPresence, now: number): RoomPresence => {
  const expected = presence.expected.filter((until) => until > now)
  return expected.length === presence.expected.length ? presence : noting(presence, presence.connected, { expected })
}

/** The clients of other instances have changed. */
export const meet = (presence: RoomPresence, elsewhere: Attendance): RoomPresence =>
  noting(presence, presence.connected, {
    elsewhere,
    returned: Math.min(presence.returned, elsewhere.expected)
  })

/** A presence event was published at `now`. */
export const published = (presence: RoomPresence, now: number): RoomPresence => ({
  ...presence,
  unpublished: false,
  publishedAt: now
})

/** Is a presence event due at `now`? */
export const isDue = ({ publishedAt, unpublished }: RoomPresence, now: number): boolean =>
  unpublished && now >= publishedAt + PRESENCE_INTERVAL

/** Returns when the next presence event is due or the next client is no longer expected, in milliseconds; Infinity for never. */
export const nextAt = ({ expected, publishedAt, unpublished }: RoomPresence): number =>
  unpublished ? publishedAt + PRESENCE_INTERVAL : (expected[0] ?? Number.POSITIVE_INFINITY)

/** Sets fields. If the number of connections changes and somebody else is connected, a presence event is needed. */
const noting = (presence: RoomPresence, others: number, fields: Partial<RoomPresence>): RoomPresence => {
  const next = { ...presence, ...fields }
  return others > 0 && connections(next) !== connections(presence) ? { ...next, unpublished: true } : next
}
