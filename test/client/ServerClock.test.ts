import { assert, describe, it } from "@effect/vitest"
import { ServerClock } from "../../src/client/ServerClock.ts"

const HOUR = 3_600_000

/** A machine and a server. The machine's clock is as wrong as it is told to be, and stands still when it sleeps. */
const setUp = ({ skew = 0 } = {}) => {
  const machine = { time: 1_800_000_000_000, skew, slept: 0, serverAhead: 0 }
  const elapsed = () => machine.time - 1_799_999_990_000 - machine.slept
  const clock = new ServerClock({ elapsed, wall: () => machine.time + machine.skew })
  const server = () => machine.time + machine.serverAhead
  const pass = (millis: number) => (machine.time += millis)
  const roundTrip = (there: number, back: number) => {
    const sent = clock.mark()
    pass(there)
    const serverTime = Math.floor(server())
    pass(back)
    return clock.sample(sent, clock.mark(), serverTime)
  }
  /** How far the shown time is from the server's. */
  const error = () => clock.now() - server()
  return { machine, clock, server, pass, roundTrip, error }
}

describe("ServerClock", () => {
  it.each([HOUR, -HOUR, 0.4, 86_400_000])("tells the server's time on a machine that is %d ms off", (skew) => {
    const { error, roundTrip } = setUp({ skew })
    assert.strictEqual(roundTrip(2, 2), 4)
    assert.approximately(error(), 0, 1)
  })

  it("is off by no more than half of the shortest round trip, whatever the others are like", () => {
    const { error, pass, roundTrip } = setUp({ skew: HOUR })
    for (const [there, back] of [
      [400, 10],
      [12, 8],
      [5, 900],
      [2_000, 2_000]
    ] as const) {
      roundTrip(there, back)
      pass(200)
    }
    pass(1_000)
    assert.isBelow(Math.abs(error()), 10.5)
  })

  it("believes a recent round trip more than an old one of the same length", () => {
    const { error, machine, pass, roundTrip } = setUp()
    roundTrip(5, 5)
    // Over an hour the machine's clock has lost 200 ms.
    pass(HOUR)
    machine.slept += 200
    roundTrip(5, 5)
    pass(1_000)
    assert.approximately(error(), 0, 6)
  })

  it("takes the first time that it hears, and is right at once with the first round trip", () => {
    const { clock, error, pass, roundTrip, server } = setUp({ skew: HOUR })
    const sentAt = server()
    pass(30)
    assert.isTrue(clock.heard(sentAt))
    assert.approximately(error(), -30, 1)
    roundTrip(3, 3)
    assert.approximately(error(), 0, 1)
  })

  it("never goes back on a small correction, and is right a second later", () => {
    const { clock, error, pass, roundTrip } = setUp()
    roundTrip(190, 2)
    assert.isAbove(Math.abs(error()), 90)
    let before = clock.now()
    roundTrip(1, 1)
    for (let step = 0; step < 100; step++) {
      pass(10)
      const now = clock.now()
      assert.isAbove(now, before)
      assert.isBelow(now - before, 12)
      before = now
    }
    assert.approximately(error(), 0, 2)
  })

  it("notices that the machine slept, and is right at once with the next round trip", () => {
    const { clock, error, machine, pass, roundTrip } = setUp({ skew: -HOUR })
    roundTrip(5, 5)
    pass(1_000)
    assert.isFalse(clock.isDisturbed())
    pass(HOUR)
    machine.slept += HOUR
    assert.isTrue(clock.isDisturbed())
    assert.isFalse(clock.isDisturbed())
    roundTrip(50, 50)
    assert.approximately(error(), 0, 1)
  })

  it("notices that the machine's clock was set, and does not jump with it", () => {
    const { clock, error, machine, roundTrip } = setUp()
    roundTrip(5, 5)
    machine.skew += HOUR
    assert.isTrue(clock.isDisturbed())
    assert.approximately(error(), 0, 1)
  })

  it("does not believe a round trip during which the machine slept", () => {
    const { clock, error, machine, pass, roundTrip, server } = setUp()
    roundTrip(5, 5)
    const sent = clock.mark()
    const serverTime = server()
    pass(60_000)
    machine.slept += 60_000
    assert.isNull(clock.sample(sent, clock.mark(), serverTime))
    roundTrip(5, 5)
    assert.approximately(error(), 0, 1)
  })

  it("says when it hears of a time that cannot be by what it believes", () => {
    const { clock, error, machine, pass, roundTrip, server } = setUp()
    roundTrip(5, 5)
    pass(15_000)
    assert.isFalse(clock.heard(server() - 3))
    assert.isFalse(clock.heard(server() - 20_000))
    machine.serverAhead = 10_000
    assert.isTrue(clock.heard(server()))
    assert.approximately(error(), 0, 1)
  })

  it("follows a server whose clock was set back", () => {
    const { error, machine, pass, roundTrip } = setUp()
    roundTrip(5, 5)
    machine.serverAhead = -HOUR
    pass(60_000)
    roundTrip(5, 5)
    assert.approximately(error(), 0, 1)
  })

  it("two clients agree within a few milliseconds over a turn of round trips", () => {
    const [one, other] = [setUp({ skew: HOUR }), setUp({ skew: -HOUR })]
    for (let minute = 0; minute < 25; minute++) {
      for (const client of [one, other]) {
        for (let trip = 0; trip < 5; trip++) {
          client.roundTrip(2 + ((minute * 7 + trip * 3) % 11), client === one ? 2 : 6)
          client.pass(200)
        }
        client.pass(60_000 - (client.machine.time % 60_000))
      }
      assert.isBelow(Math.abs(one.error() - other.error()), 5)
    }
  })
})
