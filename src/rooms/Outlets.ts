/**
 * Where the frames of a room go: who is connected, what each has been told, and the handing out.
 *
 * All of it happens at once, in plain functions: a frame has reached everyone, or it is not there yet.
 */
import { type Attendance, countOf, NOBODY, together } from "../store/Presence.ts"
import type { Frame } from "./Frame.ts"

/** How long a stream that the server ended is counted still, in milliseconds, so that its client comes back unseen. */
export const RETURN_GRACE = 10_000

/** Where the frames of one who watches go. */
export interface Outlet {
  /** Does it want the `remaining-time` of each second? */
  readonly ticks: boolean
  /** Takes a frame without waiting; false when it is to be given up. */
  readonly write: (frame: Frame) => boolean
  /** Ends the stream. */
  readonly end: () => void
}

interface Member {
  /** The `connections` it was told last. */
  told: number
  /** When its stream has lived long enough, in milliseconds by the clock of the store. */
  readonly endsAt: number
}

export class Outlets {
  readonly #members = new Map<Outlet, Member>()
  readonly #ticking = new Set<Outlet>()
  /** Until when each of those is waited for whose stream the server ended. */
  readonly #returning: Array<number> = []
  /** How many have come back whom another instance waits for. */
  #returned = 0
  #elsewhere = NOBODY

  /** How many are connected here and elsewhere, those included whose stream the server ended a moment ago. */
  get connections(): number {
    return countOf(together(this.here, this.#elsewhere))
  }

  get here(): Attendance {
    return { connected: this.#members.size, expected: this.#returning.length, returned: this.#returned }
  }

  /** Who is connected through other instances. */
  set elsewhere(elsewhere: Attendance) {
    this.#elsewhere = elsewhere
    this.#returned = Math.min(this.#returned, elsewhere.expected)
  }

  get isEmpty(): boolean {
    return this.#members.size === 0
  }

  /** Does anyone want the `remaining-time` of each second? */
  get hasTicking(): boolean {
    return this.#ticking.size > 0
  }

  /** When the stream that has lived longest is to be ended, or never. */
  get nextEnd(): number {
    for (const { endsAt } of this.#members.values()) {
      if (endsAt !== Number.POSITIVE_INFINITY) return endsAt
    }
    return Number.POSITIVE_INFINITY
  }

  /** When the first of those who did not come back is no longer waited for, or never. */
  get nextForgotten(): number {
    return this.#returning[0] ?? Number.POSITIVE_INFINITY
  }

  /** Is there anyone who was told another number of connections? */
  get hasUntold(): boolean {
    const { connections } = this
    for (const { told } of this.#members.values()) {
      if (told !== connections) return true
    }
    return false
  }

  /** Someone comes; who comes back takes the place that was kept. */
  join(outlet: Outlet, endsAt: number, returns: boolean): void {
    if (returns && this.#returning.shift() === undefined && this.#isExpectedElsewhere) this.#returned++
    const member = { told: 0, endsAt }
    this.#members.set(outlet, member)
    if (outlet.ticks) this.#ticking.add(outlet)
    member.told = this.connections
  }

  get #isExpectedElsewhere(): boolean {
    return this.#elsewhere.expected > this.#elsewhere.returned + this.#returned
  }

  /** Someone has left by itself, if it was still here. */
  leave(outlet: Outlet): void {
    this.#members.delete(outlet)
    this.#ticking.delete(outlet)
  }

  /** Hands a frame to everyone whom it concerns. */
  hand(frame: Frame): void {
    if (frame.kind === "tick") {
      for (const outlet of this.#ticking) {
        if (!outlet.write(frame)) this.end(outlet, frame.at)
      }
      return
    }
    for (const [outlet, member] of this.#members) {
      if (frame.kind === "presence" && member.told === frame.connections) continue
      if (frame.connections !== undefined) member.told = frame.connections
      if (!outlet.write(frame)) this.end(outlet, frame.at)
    }
  }

  /** Ends a stream, whose client is expected back. */
  end(outlet: Outlet, now: number): void {
    this.dismiss(outlet, now)
    outlet.end()
  }

  /** The stream of an outlet is ended elsewhere, and its client is expected back, if it was still here. */
  dismiss(outlet: Outlet, now: number): void {
    if (this.#members.has(outlet)) this.#returning.push(now + RETURN_GRACE)
    this.leave(outlet)
  }

  endAll(now: number): void {
    for (const outlet of this.#members.keys()) this.end(outlet, now)
  }

  /** Ends every stream that has lived long enough, and waits no longer for those who did not come back. */
  retire(now: number): void {
    for (const [outlet, { endsAt }] of this.#members) {
      if (endsAt <= now) this.end(outlet, now)
      else if (endsAt !== Number.POSITIVE_INFINITY) break
    }
    while (this.nextForgotten <= now) this.#returning.shift()
  }
}
