/**
 * Who watches a room, as a value and pure functions: clients that are connected here, clients whose stream the server has just
 * ended and which are expected back, and clients of other instances.
 */
import type { Watchers } from "../domain/RoomView.ts"
import { type Attendance, countOf, NOBODY, together } from "../store/Presence.ts"

/** How long a client is still counted after the server ended its stream, in milliseconds. So nobody sees it reconnect. */
export const RETURN_GRACE = 10_000

/** The first presence event is published at once. The next one comes after this time at the earliest, in milliseconds. */
const PRESENCE_INTERVAL = 1_000

/**
 * A presence event is one frame for each client. The clients of a room get at most so many of these frames a second together, so in a
 * crowd the next event comes later. When thousands reconnect at once, their snapshots would wait behind these frames.
 */
const FRAMES_A_SECOND = 20

/** However large the crowd is, the next presence event comes after this time, in milliseconds. */
const PRESENCE_INTERVAL_MOST = 10_000

/** A client that is expected back: until when it is counted, in milliseconds by the clock of the store, and its name. */
export interface Expected {
  readonly until: number
  readonly name: string | undefined
}

/** How a client is connected. */
export interface Client {
  readonly ticks: boolean
  readonly name: string | undefined
}

export interface RoomPresence {
  readonly connected: number
  /** How many of the connected clients want ticks. */
  readonly ticking: number
  /** The names of connected clients. One that is connected twice is here twice. */
  readonly names: ReadonlyArray<string>
  /** The clients that are expected back here, in the order in which they stop being counted. */
  readonly expected: ReadonlyArray<Expected>
  /** How many clients may be expected back, as long as any is. */
  readonly expectedMost: number
  /** How many clients have come back here that another instance expects. */
  readonly returned: number
  readonly elsewhere: Attendance
  /** Is there a client here that has not been told who watches now? */
  readonly unpublished: boolean
  /** When the last presence event was published, in milliseconds by the clock of the store. */
  readonly publishedAt: number
}

export const empty: RoomPresence = {
  connected: 0,
  ticking: 0,
  names: [],
  expected: [],
  expectedMost: 0,
  returned: 0,
  elsewhere: NOBODY,
  unpublished: false,
  publishedAt: Number.NEGATIVE_INFINITY
}

/** Returns what other instances learn about this one. */
export const attendance = ({ connected, expected, names, returned }: RoomPresence): Attendance => ({
  connected,
  expected: expected.length,
  returned,
  names: [...new Set([...names, ...expected.flatMap(({ name }) => name ?? [])])]
})

/** Returns who watches the room on all instances, with the clients that are expected back. */
export const watchers = (presence: RoomPresence): Watchers => {
  const all = together(attendance(presence), presence.elsewhere)
  return { connections: countOf(all), names: all.names }
}

/** A client connects. If it was here before, it takes the place that was kept for it, here or on another instance. */
export const arrive = (presence: RoomPresence, options: Client & { readonly returns: boolean }): RoomPresence => {
  const { connected, elsewhere, expected, names, returned, ticking } = presence
  // It takes the place of its own name, or one without a name, because it may have got its name since then; else the first one.
  const places = [options.name, undefined].map((wanted) => expected.findIndex(({ name }) => name === wanted))
  const place = places.find((index) => index >= 0) ?? 0
  const isExpectedHere = options.returns && expected.length > 0
  const isExpectedElsewhere = options.returns && !isExpectedHere && elsewhere.expected > elsewhere.returned + returned
  return noting(presence, connected, {
    connected: connected + 1,
    ticking: ticking + (options.ticks ? 1 : 0),
    names: options.name === undefined ? names : [...names, options.name],
    expected: isExpectedHere ? expected.toSpliced(place, 1) : expected,
    returned: returned + (isExpectedElsewhere ? 1 : 0)
  })
}

/** A client has closed its stream. */
export const leave = (presence: RoomPresence, client: Client): RoomPresence =>
  noting(presence, presence.connected - 1, without(presence, client))

const without = ({ connected, names, ticking }: RoomPresence, { name, ticks }: Client) => ({
  connected: connected - 1,
  ticking: ticking - (ticks ? 1 : 0),
  names: name === undefined ? names : names.toSpliced(names.indexOf(name), 1)
})

/**
 * The server has ended a stream at `now`, and expects its client back. No more are expected than were connected at once since the
 * first of them was. So one client that is sent away again and again does not count many times.
 */
export const dismiss = (presence: RoomPresence, client: Client, now: number): RoomPresence => {
  const expectedMost = Math.max(presence.connected, presence.expected.length === 0 ? 0 : presence.expectedMost)
  const expected = [...presence.expected, { until: now + RETURN_GRACE, name: client.name }].slice(-expectedMost)
  return noting(presence, presence.connected - 1, { ...without(presence, client), expected, expectedMost })
}

/** Clients that were expected until `now` and did not come back are no longer counted. */
export const forget = (presence: RoomPresence, now: number): RoomPresence => {
  if (presence.expected.length === 0) return presence
  const expected = presence.expected.filter(({ until }) => until > now)
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

/** Returns when the next presence event may be published, in milliseconds by the clock of the store. */
const publishableAt = ({ connected, publishedAt }: RoomPresence): number =>
  publishedAt + Math.max(PRESENCE_INTERVAL, Math.min((connected * 1_000) / FRAMES_A_SECOND, PRESENCE_INTERVAL_MOST))

/** Is a presence event due at `now`? */
export const isDue = (presence: RoomPresence, now: number): boolean =>
  presence.unpublished && now >= publishableAt(presence)

/** Returns when the next presence event is due or the next client is no longer expected, in milliseconds; Infinity for never. */
export const nextAt = (presence: RoomPresence): number =>
  presence.unpublished ? publishableAt(presence) : (presence.expected[0]?.until ?? Number.POSITIVE_INFINITY)

/** Sets fields. If that changes who watches, and there are others here to be told, a presence event is needed. */
const noting = (presence: RoomPresence, others: number, fields: Partial<RoomPresence>): RoomPresence => {
  const next = { ...presence, ...fields }
  return others > 0 && !next.unpublished && showsOthers(next, presence) ? { ...next, unpublished: true } : next
}

/** Do clients see another number, or other names? */
const showsOthers = (one: RoomPresence, other: RoomPresence): boolean =>
  connectionsOf(one) !== connectionsOf(other) || namesOf(one) !== namesOf(other)

const connectionsOf = ({ connected, elsewhere, expected, returned }: RoomPresence): number =>
  countOf({
    connected: connected + elsewhere.connected,
    expected: expected.length + elsewhere.expected,
    returned: returned + elsewhere.returned
  })

const namesOf = (presence: RoomPresence): string => watchers(presence).names.toSorted().join("\n")
