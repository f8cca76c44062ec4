import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, MutableRef, References, Scope } from "effect"
import { TestClock } from "effect/testing"
import { IpNetwork } from "effect/net"
import * as FairShare from "../../src/http/FairShare.ts"
import { call, dial, open, serve } from "./harness.ts"

const { ALONE, CROWD, CROWD_TURNS, EACH_TURN, ENDS_EACH_TURN, ENDS_LATE } = FairShare

/** Lets everything run that can run now, so often. */
const turns = (count: number) => Effect.repeat(Effect.yieldNow, { times: count - 1 })

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)

/** Sends so many requests from an address, and gives the numbers of those that have begun, and the requests. */
const send = Effect.fnUntraced(function* ({ take }: Pick<FairShare.Shares, "take">, address: string, count: number) {
  const begun: Array<number> = []
  const fibers = yield* Effect.forEach(numbers(count), (index) =>
    Effect.forkChild(
      Effect.map(take(address), () => begun.push(index)),
      { startImmediately: true }
    )
  )
  return { begun, fibers }
})

const request = (address: string) => `GET /healthz HTTP/1.1\r\nhost: x\r\nx-forwarded-for: ${address}\r\n\r\n`

describe("FairShare", () => {
  it.effect("of one address no more begin at once than its share, and all of them begin in their order", () =>
    Effect.gen(function* () {
      const { begun } = yield* send(yield* FairShare.make(() => EACH_TURN), "192.0.2.1", 3 * EACH_TURN + 1)
      assert.deepStrictEqual(begun, numbers(EACH_TURN))
      const before = begun.length
      yield* turns(1)
      assert.isAtMost(begun.length - before, EACH_TURN)
      yield* turns(10)
      assert.deepStrictEqual(begun, numbers(3 * EACH_TURN + 1))
    })
  )

  it.effect("another address begins at once, however many requests of the first one wait", () =>
    Effect.gen(function* () {
      const shares = yield* FairShare.make(() => EACH_TURN)
      yield* send(shares, "192.0.2.1", 100 * EACH_TURN)
      assert.deepStrictEqual((yield* send(shares, "192.0.2.2", 1)).begun, [0])
    })
  )

  it.effect("an address whose requests came one after the other never waits", () =>
    Effect.gen(function* () {
      const shares = yield* FairShare.make(() => EACH_TURN)
      for (let round = 0; round < 3; round++) {
        assert.deepStrictEqual((yield* send(shares, "192.0.2.1", EACH_TURN)).begun, numbers(EACH_TURN))
        yield* turns(3)
      }
    })
  )

  it.effect("while nobody else asks an address has a larger share, and the smaller one from then on", () =>
    Effect.gen(function* () {
      const shares = yield* FairShare.make(({ isAlone }) => (isAlone ? ALONE : EACH_TURN))
      const { begun } = yield* send(shares, "192.0.2.1", 3 * ALONE)
      assert.deepStrictEqual(begun, numbers(ALONE))
      yield* send(shares, "192.0.2.2", 1)
      const before = begun.length
      while (begun.length === before) yield* turns(1)
      assert.strictEqual(begun.length - before, EACH_TURN)
    })
  )

  it.effect("a client that has gone while its request waited takes nobody's place", () =>
    Effect.gen(function* () {
      const { begun, fibers } = yield* send(yield* FairShare.make(() => EACH_TURN), "192.0.2.1", 3 * EACH_TURN)
      yield* Fiber.interruptAll(fibers.slice(EACH_TURN, 2 * EACH_TURN))
      yield* turns(10)
      assert.deepStrictEqual(begun, [
        ...numbers(EACH_TURN),
        ...numbers(EACH_TURN).map((index) => index + 2 * EACH_TURN)
      ])
    })
  )

  it.effect("all requests begin, also where one has gone while it took its share, wherever the fibers yield", () =>
    Effect.gen(function* () {
      for (let steps = 4; steps <= 32; steps++) {
        const yielding = Effect.provideService(References.MaxOpsBeforeYield, steps)
        const shares = yield* yielding(FairShare.make(() => EACH_TURN))
        for (let wait = 1; wait <= 12; wait++) {
          const gone = yield* Effect.forkChild(yielding(shares.take("192.0.2.1")))
          yield* turns(wait)
          yield* Fiber.interrupt(gone)
          const { begun } = yield* send(shares, "192.0.2.1", 2 * EACH_TURN)
          yield* turns(50)
          assert.deepStrictEqual(begun, numbers(2 * EACH_TURN), `${steps} steps, ${wait} turns`)
        }
      }
    })
  )

  it.effect(
    "while a crowd connects one request of each address begins in a number of turns, and the others after that",
    () =>
      Effect.gen(function* () {
        const accepting = MutableRef.make(CROWD - 1)
        const layer = FairShare.layer.pipe(
          Layer.provide(Layer.succeed(FairShare.TurnsAccepting, () => MutableRef.get(accepting)))
        )
        yield* Effect.gen(function* () {
          const { begin } = yield* FairShare.FairShare
          const early = yield* send({ take: begin }, "192.0.2.1", 1)
          assert.deepStrictEqual(early.begun, [0], "before it counts as a crowd")
          MutableRef.set(accepting, CROWD_TURNS + 1)
          const one = yield* send({ take: begin }, "192.0.2.1", 2 * EACH_TURN)
          const other = yield* send({ take: begin }, "192.0.2.2", 2 * EACH_TURN)
          for (const begins of [1, 2]) {
            for (let turn = 0; turn < CROWD_TURNS; turn++) {
              yield* turns(1)
              MutableRef.increment(accepting)
            }
            assert.deepStrictEqual([one.begun, other.begun], [numbers(begins), numbers(begins)])
          }
          MutableRef.set(accepting, 0)
          yield* turns(10)
          assert.deepStrictEqual([one.begun, other.begun], [numbers(2 * EACH_TURN), numbers(2 * EACH_TURN)])
        }).pipe(Effect.provide(layer))
      })
  )

  it.effect("no stream ends while requests come, and then those that wait end in their order", () =>
    Effect.gen(function* () {
      const { begin, end } = yield* FairShare.FairShare
      yield* begin("192.0.2.1")
      const ended = yield* send({ take: () => end }, "all streams", 2 * ENDS_EACH_TURN)
      for (let turn = 0; turn < 50; turn++) {
        yield* begin("192.0.2.1")
        yield* turns(1)
      }
      assert.deepStrictEqual(ended.begun, [])
      yield* turns(10)
      assert.deepStrictEqual(ended.begun, numbers(2 * ENDS_EACH_TURN))
    }).pipe(Effect.provide(FairShare.layer))
  )

  it.effect("a stream ends soon when it has waited for a while, however many requests still come", () =>
    Effect.gen(function* () {
      const { begin, end } = yield* FairShare.FairShare
      yield* begin("192.0.2.1")
      const ended = yield* send({ take: () => end }, "", 4 * ENDS_EACH_TURN)
      yield* TestClock.adjust(ENDS_LATE)
      for (let turn = 0; turn < 6; turn++) {
        yield* begin("192.0.2.1")
        yield* turns(1)
      }
      assert.deepStrictEqual(ended.begun, numbers(4 * ENDS_EACH_TURN))
    }).pipe(Effect.provide(FairShare.layer))
  )

  /** The place in the order of answers that a request gets which is sent after those of a crowd from 192.0.2.1. */
  const placeBehindCrowd = Effect.fnUntraced(
    function* (late: string) {
      const answered: Array<string> = []
      const crowd = yield* Effect.forEach(numbers(3 * ALONE), () => dial(request("192.0.2.1")))
      const other = yield* dial(request("192.0.2.3"))
      const clients = [...crowd, other]
      // All are connected, and the server waits for their next requests.
      yield* Effect.forEach(clients, ({ upTo }) => upTo("\r\n\r\nok"), { discard: true })
      yield* Effect.forEach(crowd, ({ write }) => write(request("192.0.2.1")), { discard: true })
      yield* other.write(late)
      yield* Effect.forEach(
        clients,
        (client) =>
          Effect.map(client.upTo("\r\n\r\n"), () => answered.push(client === other ? "other" : "one of the crowd")),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(answered.length, clients.length)
      return answered.indexOf("other")
    },
    Effect.provide(serve({ trustedProxies: [IpNetwork.fromStringUnsafe("127.0.0.0/8")] }))
  )

  it.effect("the server answers another client before the crowd of requests that came from one address before it", () =>
    Effect.gen(function* () {
      assert.isBelow(yield* placeBehindCrowd(request("192.0.2.2")), 2 * ALONE)
    })
  )

  it.effect("the server answers a command before the crowd of requests that came from the same address before it", () =>
    Effect.gen(function* () {
      const command = request("192.0.2.1").replace("GET /healthz", "DELETE /api/pair-room/none")
      assert.isBelow(yield* placeBehindCrowd(command), 2 * ALONE)
    })
  )

  it.effect("a command is answered while the streams of a crowd end that has gone at once", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const connections = Effect.map(call("GET", `/api/pair-room/${code}`), ({ json }): number => json.connections)
      const crowd = yield* Scope.make()
      const stream = `GET /api/${code}/connect HTTP/1.1\r\nhost: x\r\n\r\n`
      const clients = yield* Scope.provide(
        Effect.forEach(numbers(20 * ENDS_EACH_TURN), () => dial(stream)),
        crowd
      )
      yield* Effect.forEach(clients, ({ upTo }) => upTo("event: connect"), { discard: true })
      assert.strictEqual(yield* connections, clients.length)
      yield* Scope.close(crowd, Exit.void)
      // Without shares all of them end in the turn before.
      assert.isAbove(yield* connections, 0)
      while ((yield* connections) > 0) yield* Effect.yieldNow
    }).pipe(Effect.provide(serve()))
  )
})
