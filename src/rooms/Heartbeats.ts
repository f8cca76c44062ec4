/**
 * The heartbeats of all rooms of an instance, in one fiber: a fiber and a timer for each room would cost more than the
 * heartbeats themselves.
 */
import { Clock, Context, Duration, Effect, FiberHandle, Layer, Schedule, type Scope } from "effect"
import { RoomSettings } from "./RoomSettings.ts"

/** How many times in an interval the fiber looks for heartbeats that are due. */
const LOOKS = 100

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
  const { heartbeatInterval, streamLifetime } = yield* RoomSettings
  // A stream is ended at a heartbeat, so there is one at least as often as streams are to end.
  const interval = Duration.toMillis(Duration.min(heartbeatInterval, streamLifetime))
  /** When each beat is due, in milliseconds of the monotonic clock: a step of the other clock delays no heartbeat. */
  const beats = new Map<Effect.Effect<void>, number>()
  const handle = yield* FiberHandle.make<void>()
  const run = yield* FiberHandle.runtime(handle)()
  const elapsed = Effect.map(Clock.Clock, (clock) => Number(clock.monotonicTimeNanosUnsafe() / 1_000_000n))

  /** Runs what is due. After a long sleep of the machine each beat runs once, and then at its usual times. */
  const look = Effect.gen(function* () {
    const now = yield* elapsed
    const due = Array.from(beats).filter(([, at]) => at <= now)
    for (const [beat, at] of due) {
      // It may have left while the others ran.
      if (!beats.has(beat)) continue
      beats.set(beat, at + interval * (1 + Math.floor((now - at) / interval)))
      yield* Effect.catchCause(beat, Effect.logError)
    }
  })
  const looking = Effect.asVoid(Effect.schedule(look, Schedule.spaced(interval / LOOKS)))

  const enter = (beat: Effect.Effect<void>) =>
    Effect.map(elapsed, (now) => {
      beats.set(beat, now + interval * (1 - ((beats.size * GOLDEN) % 1)))
      if (beats.size === 1) run(looking)
    })

  const leave = (beat: Effect.Effect<void>) =>
    Effect.suspend(() => {
      beats.delete(beat)
      return beats.size === 0 ? FiberHandle.clear(handle) : Effect.void
    })

  return Heartbeats.of({ join: (beat) => Effect.acquireRelease(enter(beat), () => leave(beat)) })
})
