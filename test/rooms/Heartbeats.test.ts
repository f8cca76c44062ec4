import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Exit, Layer, References, Scope } from "effect"
import { TestClock } from "effect/testing"
import { Heartbeats } from "../../src/rooms/Heartbeats.ts"
import { RoomSettings } from "../../src/rooms/RoomSettings.ts"
import { jumpingClock, settled } from "./harness.ts"

/** Joins, and notes the time of each beat. */
const join = Effect.fn(function* () {
  const heartbeats = yield* Heartbeats
  const beats: Array<number> = []
  yield* heartbeats.join(Effect.map(Clock.currentTimeMillis, (now) => void beats.push(now)))
  return beats
})

describe("Heartbeats", () => {
  it.effect("beat once in each interval, first after a whole one", () =>
    Effect.gen(function* () {
      const beats = yield* join()
      yield* TestClock.adjust("46 seconds")
      assert.deepStrictEqual(beats, [15_000, 30_000, 45_000])
    }).pipe(Effect.provide(Heartbeats.layer))
  )

  it.effect("are spread over the interval, and each room has its own turn", () =>
    Effect.gen(function* () {
      const all = yield* Effect.replicateEffect(join(), 300)
      yield* TestClock.adjust("15 seconds")
      yield* TestClock.adjust("15 seconds")
      const times = all.map((beats) => beats.at(-1)! - beats.at(-2)!)
      assert.deepStrictEqual([...new Set(times)], [15_000])
      const last = all.map((beats) => beats.at(-1)!)
      assert.isAbove(new Set(last).size, 80)
    }).pipe(Effect.provide(Heartbeats.layer))
  )

  it.effect("share one fiber, which is there only while somebody has joined", () =>
    Effect.gen(function* () {
      const clock = yield* jumpingClock
      yield* Effect.gen(function* () {
        assert.strictEqual(clock.sleepers(), 0)
        const leave = yield* Scope.make()
        yield* Effect.replicateEffect(Scope.provide(join(), leave), 300)
        yield* settled
        assert.strictEqual(clock.sleepers(), 1)
        yield* Scope.close(leave, Exit.void)
        yield* settled
        assert.strictEqual(clock.sleepers(), 0)
        const beats = yield* join()
        yield* settled
        yield* clock.pass(15_000)
        assert.deepStrictEqual(beats, [15_000])
      }).pipe(Effect.provide(Heartbeats.layer), Effect.provideService(Clock.Clock, clock.clock))
    })
  )

  it.effect("do not drift when they come late, and make up for none after a long sleep of the machine", () =>
    Effect.gen(function* () {
      const clock = yield* jumpingClock
      yield* Effect.gen(function* () {
        const beats = yield* join()
        yield* settled
        yield* clock.pass(15_007)
        yield* clock.pass(14_993)
        yield* clock.jump(1_000_000)
        yield* clock.pass(5_000)
        yield* clock.pass(15_000)
        assert.deepStrictEqual(beats, [15_007, 30_000, 1_035_000, 1_050_000])
      }).pipe(Effect.provide(Heartbeats.layer), Effect.provideService(Clock.Clock, clock.clock))
    })
  )

  it.effect("go on for the others when one of them fails", () =>
    Effect.gen(function* () {
      const heartbeats = yield* Heartbeats
      yield* heartbeats.join(Effect.die("a defect"))
      const beats = yield* join()
      yield* TestClock.adjust("31 seconds")
      assert.isAbove(beats.length, 1)
    }).pipe(Effect.provide(Heartbeats.layer), Effect.provideService(References.MinimumLogLevel, "None"))
  )

  it.effect("do not come to a room that leaves while another one beats", () =>
    Effect.gen(function* () {
      const clock = yield* jumpingClock
      yield* Effect.gen(function* () {
        const heartbeats = yield* Heartbeats
        const stays = yield* join()
        const leave = yield* Scope.make()
        const left: Array<number> = []
        // So many that some of them share a slot. Whichever beats first makes all of them leave.
        const beat = (index: number) =>
          Effect.andThen(
            Effect.sync(() => void left.push(index)),
            Effect.suspend(() => Scope.close(leave, Exit.void))
          )
        for (let index = 0; index < 300; index++) yield* Scope.provide(heartbeats.join(beat(index)), leave)
        yield* settled
        yield* clock.jump(60_000)
        yield* clock.pass(60_000)
        assert.strictEqual(left.length, 1)
        assert.isAbove(stays.length, 0)
      }).pipe(Effect.provide(Heartbeats.layer), Effect.provideService(Clock.Clock, clock.clock))
    })
  )

  it.effect("come so often that there is one near the end of the life time of a stream", () =>
    Effect.gen(function* () {
      const beats = yield* join()
      yield* TestClock.adjust("4 seconds")
      assert.deepStrictEqual(beats, [2_000, 4_000])
    }).pipe(
      Effect.provide(
        Layer.provide(
          Heartbeats.layer,
          Layer.effect(
            RoomSettings,
            Effect.map(RoomSettings, (settings) => ({ ...settings, streamLifetime: Duration.seconds(8) }))
          )
        )
      )
    )
  )
})
