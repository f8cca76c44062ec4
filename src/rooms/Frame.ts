/**
 * What is sent at once and never split: all events of one change, or the snapshot that a stream begins with. A frame
 * is encoded once, and every stream of the room writes the same bytes.
 */
import { type RoomEvent, toSse, viewOf } from "../domain/RoomEvent.ts"
import { remaining, type RoomState } from "../domain/RoomState.ts"
import { isRunning } from "../domain/Timer.ts"

/** `tick` frames may be lost on the way to a slow client, `presence` frames tell only of `connections`. */
export type FrameKind = "snapshot" | "change" | "tick" | "presence" | "heartbeat"

/** On Node a Buffer, which it writes as it is; any other `Uint8Array` it would wrap for each client. */
const encode: (text: string) => Uint8Array =
  typeof Buffer === "undefined" ? (text) => new TextEncoder().encode(text) : (text) => Buffer.from(text)

export class Frame {
  readonly kind: FrameKind
  readonly events: ReadonlyArray<RoomEvent>
  /** When it was made, in milliseconds by the clock of the store. */
  readonly at: number
  /** How many are connected, where the frame tells it. */
  readonly connections: number | undefined
  #bytes: Uint8Array | undefined

  constructor(kind: FrameKind, events: ReadonlyArray<RoomEvent>, at: number, connections?: number, bytes?: Uint8Array) {
    this.kind = kind
    this.events = events
    this.at = at
    this.connections = connections
    this.#bytes = bytes
  }

  get text(): string {
    return this.events.map(toSse).join("")
  }

  get bytes(): Uint8Array {
    return (this.#bytes ??= encode(this.text))
  }

  /** Does the stream end with it? */
  get last(): boolean {
    return this.events[this.events.length - 1]?.event === "close"
  }
}

/** How many ticks are kept encoded, for all rooms: those of turns up to an hour, and a few of longer ones. */
const TICKS_KEPT = 4_096

const ticks = new Map<number, Pick<Frame, "events" | "bytes">>()

export const tick = (remaining: number, at: number): Frame => {
  let encoded = ticks.get(remaining)
  if (encoded === undefined) {
    if (ticks.size >= TICKS_KEPT) ticks.clear()
    encoded = new Frame("tick", [{ event: "remaining-time", data: remaining }], at)
    ticks.set(remaining, encoded)
  }
  return new Frame("tick", encoded.events, at, undefined, encoded.bytes)
}

export const heartbeat = (at: number): Frame => new Frame("heartbeat", [{ event: "heartbeat", data: at }], at)

export const presence = (state: RoomState, at: number, connections: number, uncertain = false): Frame =>
  named("presence", state, at, connections, [room(state, at, connections, uncertain)])

/** The store has gone away, and what is shown may be out of date, or it is back. */
export const certainty = (state: RoomState, at: number, connections: number, uncertain: boolean): Frame =>
  named("change", state, at, connections, [room(state, at, connections, uncertain)])

/** Every stream of the room ends: it was deleted, or its streams were ended on purpose. */
export const closing = (state: RoomState, at: number): Frame =>
  named("change", state, at, undefined, [{ event: "close", data: "OK" }])

/** Where a stream begins. `missed` tells the button and the alarm that its client may not have seen. */
export const snapshot = (
  state: RoomState,
  at: number,
  connections: number,
  missed: boolean,
  uncertain = false
): Frame =>
  named("snapshot", state, at, connections, [
    { event: "connect", data: "OK" },
    room(state, at, connections, uncertain),
    ...standing(state, at),
    ...(state.status === "COMPLETED" ? ending(state) : missed ? missedTimer(state) : [])
  ])

/** The events of the change that led to a state, for those who saw the state before it. */
export const change = (state: RoomState, at: number, connections: number, uncertain = false): Frame => {
  const view = room(state, at, connections, uncertain)
  switch (state.change) {
    case "finish":
      return named("change", state, at, connections, [{ event: "remaining-time", data: 0 }, view, ...timer(state)])
    case "update":
    case "reset":
      return named("change", state, at, connections, [view, time(state, at), ...timer(state)])
    case "complete":
      return named("change", state, at, connections, [view, ...ending(state)])
    case "start":
    case "pause":
      return named("change", state, at, connections, [view, ...timer(state)])
    case "create":
    case "swap":
      return named("change", state, at, connections, [view])
  }
}

export interface Missed {
  /** Was a finish among what was missed? */
  readonly finish: boolean
}

/** The room anew, for those who missed the changes that led to a state. */
export const catchUp = (
  state: RoomState,
  at: number,
  connections: number,
  missed: Missed,
  uncertain = false
): Frame => {
  const view = room(state, at, connections, uncertain)
  return named("change", state, at, connections, [
    ...(missed.finish ? [{ event: "remaining-time", data: 0 } as const, view, STOP] : [view]),
    ...standing(state, at),
    ...(state.status === "COMPLETED" ? ending(state) : state.timerChange === "stop" ? [PAUSE] : timer(state))
  ])
}

const STOP: RoomEvent = { event: "timer", data: "stop" }
const PAUSE: RoomEvent = { event: "timer", data: "pause" }

const standing = (state: RoomState, at: number): ReadonlyArray<RoomEvent> => [
  time(state, at),
  ...(isRunning(state.timer) ? [{ event: "timer", data: "running" } as const] : [])
]

/** Old clients set their buttons by `pause` alone, so it follows the `stop` of a finish. */
const missedTimer = (state: RoomState): ReadonlyArray<RoomEvent> =>
  state.timerChange === "stop" ? [STOP, PAUSE] : timer(state)

const ending = (state: RoomState): ReadonlyArray<RoomEvent> => [...timer(state), { event: "close", data: "OK" }]

const room = (state: RoomState, at: number, connections: number, uncertain: boolean): RoomEvent => ({
  event: "room",
  data: viewOf(state, at, connections, uncertain)
})

const time = (state: RoomState, at: number): RoomEvent => ({ event: "remaining-time", data: remaining(state, at) })

const timer = (state: RoomState): ReadonlyArray<RoomEvent> =>
  state.timerChange === null ? [] : [{ event: "timer", data: state.timerChange }]

/**
 * A frame whose last event carries the `id` of the state, so that a client cut off in the middle counts as not having
 * seen it.
 */
const named = (
  kind: FrameKind,
  state: RoomState,
  at: number,
  connections: number | undefined,
  events: ReadonlyArray<RoomEvent>
): Frame =>
  new Frame(
    kind,
    events.map((event, index) => (index === events.length - 1 ? { ...event, id: state.id } : event)),
    at,
    connections
  )
