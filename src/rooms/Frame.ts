/**
 * A frame is what is written at once and never split: all events of one change, or the snapshot at the beginning of a stream.
 * It is encoded once, and every stream of the room writes the same bytes.
 */
import { type RoomEvent, toSse } from "../domain/RoomEvent.ts"
import { hereOf, viewOf, type Watchers } from "../domain/RoomView.ts"
import { remaining, type RoomState } from "../domain/RoomState.ts"
import { isRunning } from "../domain/Timer.ts"

/** A client that reads too slowly may lose frames of every kind. If it has lost more than ticks and heartbeats, it gets the room anew. */
export type FrameKind = "snapshot" | "change" | "tick" | "presence" | "heartbeat" | "end"

export interface Frame {
  readonly kind: FrameKind
  readonly events: ReadonlyArray<RoomEvent>
  /** The events as Server-Sent Events. */
  readonly bytes: Uint8Array
  /** When a heartbeat was made, in milliseconds by the monotonic clock. The life time of streams is measured by it. */
  readonly beatAt: number | undefined
  /** The `id` of the state, if the frame shows one. */
  readonly id: string | undefined
  /** The remaining time in milliseconds, if the frame shows a state or is a tick. */
  readonly remaining: number | undefined
  /** Stands for who watches, if the frame shows it: the number of connections and the people who are here. */
  readonly watchers: string | undefined
  /** Does the stream end after this frame? */
  readonly last: boolean
}

/** What a frame shows in addition to the state. */
export interface Surroundings {
  /** Milliseconds since the epoch, by the clock of the store. */
  readonly now: number
  /** Who watches, through any instance. */
  readonly watchers: Watchers
  /** False while the store is away. */
  readonly certain: boolean
}

/**
 * Node writes a Buffer as it is. It would wrap any other `Uint8Array` for each client. The Buffer has memory of its own: one from the
 * pool of Node keeps 64 KiB for as long as a tick is kept, or a frame waits for a client that does not read.
 */
const encode: (text: string) => Uint8Array =
  typeof Buffer === "undefined" ? (text) => new TextEncoder().encode(text) : (text) => inOwnMemory(text)

const inOwnMemory = (text: string): Uint8Array => {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text))
  bytes.write(text)
  return bytes
}

const bytesOf = (events: ReadonlyArray<RoomEvent>) => encode(events.map(toSse).join(""))

/** How many encoded ticks are kept for all rooms: enough for turns of up to an hour, and some more. */
const TICKS_KEPT = 4_096

const ticks = new Map<number, Pick<Frame, "events" | "bytes">>()

const encodedTick = (remaining: number) => {
  const known = ticks.get(remaining)
  if (known !== undefined) return known
  if (ticks.size >= TICKS_KEPT) ticks.clear()
  const events: ReadonlyArray<RoomEvent> = [{ event: "remaining-time", data: remaining }]
  const encoded = { events, bytes: bytesOf(events) }
  ticks.set(remaining, encoded)
  return encoded
}

/** Returns the frame of a whole second of remaining time. A second is encoded once for all rooms. */
export const tick = (remaining: number): Frame => {
  const { events, bytes } = encodedTick(remaining)
  return { kind: "tick", events, bytes, beatAt: undefined, id: undefined, remaining, watchers: undefined, last: false }
}

/** Returns a heartbeat with the time by the clock of the store, made at `beatAt` by the monotonic clock, both in milliseconds. */
export const heartbeat = (at: number, beatAt: number): Frame => {
  const events: ReadonlyArray<RoomEvent> = [{ event: "heartbeat", data: at }]
  return { ...END, kind: "heartbeat", events, bytes: bytesOf(events), beatAt, last: false }
}

/** The stream ends with this frame, which has no event, and its client reconnects. */
export const END: Frame = {
  kind: "end",
  events: [],
  bytes: new Uint8Array(),
  beatAt: undefined,
  id: undefined,
  remaining: undefined,
  watchers: undefined,
  last: true
}

/** Somebody has come or gone. */
export const presence = (state: RoomState, around: Surroundings): Frame =>
  withId("presence", state, around, [room(state, around)])

/** The store went away, so the state may be out of date, or the store is back. */
export const certainty = (state: RoomState, around: Surroundings): Frame =>
  withId("change", state, around, [room(state, around)])

/** Every stream of the room ends: the room was deleted, or its streams were ended on purpose. */
export const closing = (state: RoomState, around: Surroundings): Frame =>
  withId("change", state, around, [{ event: "close", data: "OK" }])

/** The beginning of a stream. With `missed` it repeats the last `timer` event, which the client may not have seen. */
export const snapshot = (state: RoomState, around: Surroundings, missed: boolean): Frame =>
  withId("snapshot", state, around, [{ event: "connect", data: "OK" }, ...stateEvents(state, around, missed)])

/** A new snapshot in the middle of a stream, for a client that read too slowly and lost changes. */
export const recovery = (state: RoomState, around: Surroundings, missed: boolean): Frame =>
  withId("snapshot", state, around, stateEvents(state, around, missed))

/** The events that show a state to a client which has not seen what led to it. */
const stateEvents = (state: RoomState, around: Surroundings, missed: boolean): ReadonlyArray<RoomEvent> => [
  room(state, around),
  ...timeEvents(state, around.now),
  ...(state.status === "COMPLETED" ? ending(state) : missed ? missedTimer(state) : [])
]

/** The events of the change that led to a state, for clients that saw the state before it. */
export const change = (state: RoomState, around: Surroundings): Frame =>
  withId("change", state, around, changeOf(state, around))

const changeOf = (state: RoomState, around: Surroundings): ReadonlyArray<RoomEvent> => {
  const view = room(state, around)
  switch (state.change) {
    case "finish":
      return [{ event: "remaining-time", data: 0 }, view, ...timer(state), ...timeIfUnusual(state, around.now)]
    case "update":
    case "reset":
    case "next":
    case "extend":
    case "break":
    case "undo":
      return [view, time(state, around.now), ...timer(state)]
    case "complete":
      return [view, ...ending(state)]
    case "start":
    case "pause":
      return [view, ...timer(state)]
    case "people":
      return state.before?.values.turn === state.turn ? [view] : [view, time(state, around.now), ...timer(state)]
    case "create":
    case "swap":
    case "settings":
    case "ack":
      return [view]
  }
}

/** A state after others that this instance did not see. `finished`: one of them was a finish. */
export const catchUp = (state: RoomState, around: Surroundings, finished: boolean): Frame => {
  const view = room(state, around)
  return withId("change", state, around, [
    ...(finished ? [{ event: "remaining-time", data: 0 } as const, view, STOP] : [view]),
    ...timeEvents(state, around.now),
    ...(state.status === "COMPLETED" ? ending(state) : state.timerChange === "stop" ? [PAUSE] : timer(state))
  ])
}

/** After a finish, old clients show the length of a turn, unless they are told otherwise. */
const timeIfUnusual = (state: RoomState, at: number): ReadonlyArray<RoomEvent> =>
  remaining(state, at) === state.duration ? [] : [time(state, at)]

const STOP: RoomEvent = { event: "timer", data: "stop" }
const PAUSE: RoomEvent = { event: "timer", data: "pause" }

/** The events that show the time to a client which has not seen the timer before. */
const timeEvents = (state: RoomState, at: number): ReadonlyArray<RoomEvent> => [
  time(state, at),
  ...(isRunning(state.timer) ? [{ event: "timer", data: "running" } as const] : [])
]

/**
 * Old clients set their buttons by `pause` alone, so it follows the `stop` of a finish. Where somebody has acknowledged the finish,
 * no alarm is to ring any more.
 */
const missedTimer = (state: RoomState): ReadonlyArray<RoomEvent> =>
  state.timerChange === "stop" ? (state.acknowledgedAt === null ? [STOP, PAUSE] : [PAUSE]) : timer(state)

const ending = (state: RoomState): ReadonlyArray<RoomEvent> => [...timer(state), { event: "close", data: "OK" }]

const room = (state: RoomState, { now, watchers, certain }: Surroundings): RoomEvent => ({
  event: "room",
  data: viewOf(state, now, watchers, !certain)
})

const time = (state: RoomState, at: number): RoomEvent => ({ event: "remaining-time", data: remaining(state, at) })

const timer = (state: RoomState): ReadonlyArray<RoomEvent> =>
  state.timerChange === null ? [] : [{ event: "timer", data: state.timerChange }]

/**
 * A frame whose last event carries the `id` of the state, so that a client cut off in the middle counts as not having
 * seen it.
 */
const withId = (
  kind: FrameKind,
  state: RoomState,
  { now, watchers }: Surroundings,
  all: ReadonlyArray<RoomEvent>
): Frame => {
  const events = all.map((event, index) => (index === all.length - 1 ? { ...event, id: state.id } : event))
  return {
    kind,
    events,
    bytes: bytesOf(events),
    beatAt: undefined,
    id: state.id,
    remaining: remaining(state, now),
    watchers: [watchers.connections, ...hereOf(state, watchers.names)].join("\n"),
    last: events[events.length - 1]?.event === "close"
  }
}
