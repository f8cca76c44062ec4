/** A room of a load: what state it was in, when, and what each of its streams has shown. */
import type { EventStream } from "./client.ts"

/** A state of a room, and when it was known or seen, in milliseconds by the monotonic clock. */
export interface Step {
  readonly id: string
  readonly at: number
}

/** A stream, and what it has shown. */
export interface Watcher {
  readonly room: Room
  readonly stream: EventStream
  readonly seen: Array<Step>
  /** How often it has shown `timer`/`stop`. */
  stops: number
  /** Does it say that it is not sure? */
  isUncertain: boolean
  /** How many it says are connected. */
  connections: number
}

export interface Room {
  readonly code: string
  readonly steps: Array<Step>
  readonly watchers: Array<Watcher>
  running: boolean
  busy: boolean
  /** Is there a command of which nobody knows whether it was heard, and which may act still? */
  doubtful: boolean
}

/** The state that it is in, as far as is known. */
export const idOf = ({ steps }: Room): string => steps[steps.length - 1]?.id ?? ""
