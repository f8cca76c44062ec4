import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, type Scope } from "effect"
import { type AccessCode } from "../../src/domain/RoomState.ts"
import { Rooms } from "../../src/rooms/Rooms.ts"
import { WatchedRooms } from "../../src/rooms/WatchedRooms.ts"
import { jumpingClock, layer, open, settled, watch } from "./harness.ts"

const HOUR = 3_600_000

/** Runs a test with a clock whose steps are those of a machine's clock. */
const withClock = <A, E>(
  test: (
    clock: Effect.Success<typeof jumpingClock>,
    code: AccessCode
  ) => Effect.Effect<A, E, Rooms | WatchedRooms | Scope.Scope>
) =>
  Effect.gen(function* () {
    const clock = yield* jumpingClock
    yield* clock.jump(10 * HOUR)
    yield* Effect.gen(function* () {
      yield* test(clock, yield* open(60_000))
    }).pipe(Effect.provide(layer), Effect.provideService(Clock.Clock, clock.clock))
  })

/** Subscribes as a client over HTTP does, and returns whether the server has ended its stream. */
const stream = Effect.fn(function* (code: AccessCode) {
  const room = yield* (yield* WatchedRooms).watch(code)
  const next = yield* room.subscribe({ heartbeats: true, limited: true })
  const reading = yield* Effect.forkScoped(Effect.forever(next))
  return Effect.sync(() => reading.pollUnsafe() !== undefined)
})

/** Lets so many seconds pass. */
const secondsPass = ({ pass }: Effect.Success<typeof jumpingClock>, count: number) =>
  Effect.replicateEffect(pass(1_000), count)

describe("a room on a machine whose clock is set", () => {
  for (const back of [20_000, HOUR]) {
    it.effect(`back by ${back / 1_000} s: ticks go on each second, and the turn lasts as long as it was to`, () =>
      withClock((clock, code) =>
        Effect.gen(function* () {
          const rooms = yield* Rooms
          const seen = yield* watch(code)
          yield* rooms.start(code)
          yield* clock.pass(1_000)
          const { endsAt } = yield* rooms.get(code)
          yield* seen.unread
          yield* clock.step(-back)
          for (let second = 58; second > 0; second--) {
            yield* clock.pass(1_000)
            assert.deepStrictEqual(yield* seen.unread, [`remaining-time ${second}000`])
          }
          assert.deepInclude(yield* rooms.get(code), { endsAt, remainingTime: 1_000, running: true })
          yield* clock.pass(1_000)
          assert.deepStrictEqual(yield* seen.unread, ["remaining-time 0", "room", "timer stop"])
          assert.deepInclude(yield* rooms.get(code), { turn: 2, finishedAt: endsAt })
        })
      )
    )

    it.effect(`back by ${back / 1_000} s: who comes is seen at once, and a pause keeps the time`, () =>
      withClock((clock, code) =>
        Effect.gen(function* () {
          const rooms = yield* Rooms
          const seen = yield* watch(code)
          yield* rooms.start(code)
          yield* clock.pass(10_000)
          yield* seen.unread
          yield* clock.step(-back)
          yield* watch(code)
          yield* settled
          assert.deepStrictEqual(yield* seen.unread, ["room"])
          yield* rooms.pause(code)
          const { remainingTime, serverTime } = yield* rooms.get(code)
          assert.deepStrictEqual([remainingTime, serverTime], [50_000, 10 * HOUR + 10_000])
        })
      )
    )
  }

  for (const step of [-HOUR, HOUR]) {
    it.effect(`by ${step / 1_000} s: a stream lives as long as it was to`, () =>
      withClock((clock, code) =>
        Effect.gen(function* () {
          const isOver = yield* stream(code)
          yield* clock.step(step)
          yield* secondsPass(clock, 19 * 60)
          assert.isFalse(yield* isOver)
          yield* secondsPass(clock, 60)
          assert.isTrue(yield* isOver)
        })
      )
    )
  }

  it.effect("forward: time follows, and a room without ticks notices it at its next heartbeat", () =>
    withClock((clock, code) =>
      Effect.gen(function* () {
        const rooms = yield* Rooms
        const silent = yield* watch(code, { ticks: false })
        yield* rooms.start(code)
        yield* clock.pass(1_000)
        const { endsAt } = yield* rooms.get(code)
        yield* silent.unread
        yield* clock.step(HOUR)
        for (let second = 0; second < 15; second++) yield* clock.pass(1_000)
        assert.deepStrictEqual(yield* silent.unread, ["remaining-time 0", "room", "timer stop"])
        assert.deepInclude(yield* rooms.get(code), { turn: 2, finishedAt: endsAt, running: false })
        assert.strictEqual((yield* rooms.get(code)).serverTime, 11 * HOUR + 16_000)
      })
    )
  )
})
