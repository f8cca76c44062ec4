import { assert, describe, it } from "@effect/vitest"
import * as RedisTime from "../../../src/store/redis/RedisTime.ts"

/** A round trip to a Redis that is `ahead` of the local clock: the way there and back take so long. */
const trip = (at: number, ahead: number, there: number, back: number): RedisTime.RoundTrip => ({
  sentAt: at,
  receivedAt: at + there + back,
  time: at + there + ahead
})

const after = (...trips: ReadonlyArray<RedisTime.RoundTrip>) =>
  trips.reduce((time, trip) => RedisTime.learn(trip)(time), RedisTime.unknown)

const slow = (from: number, to: number) =>
  Array.from({ length: (to - from) / 1_000 }, (_, index) => trip(from + index * 1_000, 5_000, 60, 0))

describe("RedisTime", () => {
  it("knows nothing before the first answer", () => {
    assert.isUndefined(RedisTime.at(RedisTime.unknown, 1_000))
  })

  it("is off by half the round trip at most", () => {
    assert.strictEqual(RedisTime.at(after(trip(0, 5_000, 9, 1)), 100), 5_104)
  })

  it("goes by the shortest of the last round trips", () => {
    const first = [trip(0, 5_000, 100, 0), trip(1_000, 5_000, 1, 1)]
    assert.strictEqual(RedisTime.at(after(...first, ...slow(2_000, 8_000)), 9_000), 14_000)
    assert.strictEqual(RedisTime.at(after(...first, ...slow(2_000, 12_000)), 12_000), 17_030)
  })

  it("forgets what no longer fits: a machine that slept, or a clock there that was set", () => {
    assert.strictEqual(RedisTime.at(after(trip(0, 5_000, 1, 1), trip(1_000, 65_000, 20, 20)), 2_000), 67_000)
  })
})
