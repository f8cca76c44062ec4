/**
 * The heartbeats of all rooms of an instance, in one fiber: a fiber and a timer for each room would cost more than the
 * heartbeats themselves.
 */
import { Context, Effect, FiberHandle, Layer, MutableRef, Schedule, type Scope } from "effect"
import * as Elapsed from "../store/Elapsed.ts"
import { RoomSettings, streamTimes } from "./RoomSettings.ts"

/** An interval has this many slots. The fiber looks at each in its turn, and runs the beats in it. */
const SLOTS = 100

/** Multiples of the golden ratio fill the interval evenly, however many rooms join: no frame waits behind thousands of beats. */
const GOLDEN = 0.618_034

export class Heartbeats extends Context.Service<
  Heartbeats,
  {
    /** Runs `beat` once in every heartbeat interval, for as long as the scope is open. */
    readonly join: (beat: Effect.Effect<void>) => Effect.Effect<void, never, Scope.Scope>
  }
>()("pairroom/rooms/Heartbeats") {
  static readonly layer: Layer.Layer<Heartbeats> = Layer.effect(
    this,
    Effect.suspend(() => make())
  )
}

const make = Effect.fnUntraced(function* () {
  const { heartbeatInterval: interval } = streamTimes(yield* RoomSettings)
  const slots = Array.from({ length: SLOTS }, () => new Set<Effect.Effect<void>>())
  /** Slots are counted on without end. There are SLOTS of them, so there always is one. */
  const slotAt = (slot: number) => slots[slot % SLOTS]!
  const slotOf = new Map<Effect.Effect<void>, Set<Effect.Effect<void>>>()
  /** The last slot whose beats have run. */
  const last = MutableRef.make(0)
  const handle = yield* FiberHandle.make<void>()
  const context = yield* Effect.context<never>()
  /** The present slot, counted without end by the monotonic clock: a step of the other clock delays no heartbeat. */
  const present = Effect.map(Elapsed.millis, (elapsed) => Math.floor((elapsed * SLOTS) / interval))

  /** Runs what is due. After a long sleep of the machine each beat runs once, and then at its usual times. */
  const look = Effect.gen(function* () {
    const now = yield* present
    const first = Math.max(MutableRef.getAndSet(last, now), now - SLOTS) + 1
    for (let slot = first; slot <= now; slot++) {
      const beats = slotAt(slot)
      for (const beat of Array.from(beats)) {
        // It may have left while the others ran.
        if (beats.has(beat)) yield* Effect.catchCause(beat, Effect.logError)
      }
    }
  })
  const looking = Effect.asVoid(Effect.schedule(look, Schedule.spaced(interval / SLOTS)))
  // In the context of this service, so that the fiber keeps nothing of the room that was the first to join.
  const run = Effect.asVoid(FiberHandle.run(handle, looking)).pipe(Effect.updateContext<never, never>(() => context))

  const enter = (beat: Effect.Effect<void>) =>
    Effect.flatMap(present, (now) => {
      const wait = Math.ceil(SLOTS * (1 - ((slotOf.size * GOLDEN) % 1)))
      const slot = slotAt(now + wait)
      slotOf.set(beat, slot.add(beat))
      if (slotOf.size > 1) return Effect.void
      MutableRef.set(last, now)
      return run
    })

  const leave = (beat: Effect.Effect<void>) =>
    Effect.suspend(() => {
      slotOf.get(beat)?.delete(beat)
      slotOf.delete(beat)
      return slotOf.size === 0 ? FiberHandle.clear(handle) : Effect.void
    })

  return Heartbeats.of({ join: (beat) => Effect.acquireRelease(enter(beat), () => leave(beat)) })
})
