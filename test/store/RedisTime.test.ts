import { assert, describe, it } from "@effect/vitest"
import { RedisTime } from "../../src/store/RedisTime.ts"

/** A round trip to a Redis that is `ahead` of the local clock: the way there and back take so long. */
const trip = (time: RedisTime, at: number, ahead: number, there: number, back: number) =>
  time.learn(at, at + there + back, at + there + ahead)

describe("RedisTime", () => {
  it("knows nothing before the first answer", () => {
    assert.isUndefined(new RedisTime().at(1_000))
  })

  it("is off by half the round trip at most", () => {
    const time = new RedisTime()
    trip(time, 0, 5_000, 9, 1)
    assert.strictEqual(time.at(100), 5_104)
  })

  it("goes by the shortest of the last round trips", () => {
    const time = new RedisTime()
    trip(time, 0, 5_000, 100, 0)
    trip(time, 1_000, 5_000, 1, 1)
    for (let at = 2_000; at < 8_000; at += 1_000) trip(time, at, 5_000, 60, 0)
    assert.strictEqual(time.at(9_000), 14_000)
    for (let at = 8_000; at < 12_000; at += 1_000) trip(time, at, 5_000, 60, 0)
    assert.strictEqual(time.at(12_000), 17_030)
  })

  it("forgets what no longer fits: a machine that slept, or a clock there that was set", () => {
    const time = new RedisTime()
    trip(time, 0, 5_000, 1, 1)
    trip(time, 1_000, 65_000, 20, 20)
    assert.strictEqual(time.at(2_000), 67_000)
  })
})
