import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { Socket } from "node:net"
import type { Connections } from "../../../src/http/node/Connections.ts"
import {
  endVanished,
  keyOf,
  plainAddress,
  retransmitted,
  since,
  unacknowledged,
  unacknowledgedIn
} from "../../../src/http/node/Vanished.ts"

const head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
const line = (index: number, remote: string, tries: string) =>
  `   ${index}: 0100007F:810B ${remote} 01 00000010:00000000 01:00000014 ${tries}     0        0 3045674 1 0000\n`

describe("Vanished", () => {
  it("finds the connections of Linux' table whose data was sent again", () => {
    const table = `${head}${line(0, "050200C0:1F90", "00000000")}${line(1, "060200C0:1F91", "00000003")}`
    assert.deepStrictEqual(unacknowledged(table), [keyOf(0x810b, "192.0.2.6", 0x1f91)])
  })

  it("reads the addresses of IPv6, and an IPv4 address that is mapped into one", () => {
    const ipv6 = line(0, "B80D0120000000000000000001000000:0050", "00000001")
    const mapped = line(1, "0000000000000000FFFF0000060200C0:0051", "00000001")
    assert.deepStrictEqual(unacknowledged(head + ipv6 + mapped), [
      keyOf(0x810b, plainAddress("2001:db8::1"), 80),
      keyOf(0x810b, plainAddress("::ffff:192.0.2.6"), 81)
    ])
    assert.strictEqual(plainAddress("0:0:0:0:0:0:0:1"), "::1")
    assert.strictEqual(plainAddress("fe80::1%eth0"), "fe80::1")
    assert.strictEqual(plainAddress("192.0.2.6"), "192.0.2.6")
  })

  it.effect("finds the same in a table that comes in pieces of any length", () =>
    Effect.gen(function* () {
      const table =
        head +
        line(0, "050200C0:1F90", "00000001") +
        line(1, "060200C0:1F91", "00000000") +
        line(2, "070200C0:1F92", "00000009")
      for (let length = 1; length <= table.length; length++) {
        const pieces = Array.from({ length: Math.ceil(table.length / length) }, (_, index) =>
          table.slice(index * length, (index + 1) * length)
        )
        assert.deepStrictEqual(yield* unacknowledgedIn(Stream.fromIterable(pieces)), unacknowledged(table))
      }
      assert.deepStrictEqual(yield* unacknowledgedIn(Stream.make(table.trimEnd())), unacknowledged(table))
    })
  )

  it.effect("resets a client that acknowledges nothing for 30 s, and never has a whole table in memory", () =>
    Effect.gen(function* () {
      const resets: Array<string> = []
      const asked: Array<number> = []
      const client = (remoteAddress: string, remotePort: number) =>
        ({
          localPort: 0x810b,
          remoteAddress,
          remotePort,
          resetAndDestroy: () => void resets.push(remoteAddress)
        }) as unknown as Socket
      const connection = { last: undefined, behind: 0, fullAt: -1, isStream: true, unreadSince: -1 }
      const connections: Connections = new Map([
        [client("192.0.2.5", 0x1f90), connection],
        [client("192.0.2.6", 0x1f91), connection]
      ])
      const table = head + line(0, "050200C0:1F90", "00000000") + line(1, "060200C0:1F91", "00000003")
      const files = FileSystem.layerNoop({
        // Without the counters of the system each look reads the tables.
        readFileString: (path) => (path.endsWith("snmp") ? Effect.succeed("") : Effect.die(`${path} as a whole`)),
        open: (path) =>
          Effect.sync(() => {
            const bytes = new TextEncoder().encode(path.endsWith("tcp") ? table : "")
            let at = 0
            const read = (buffer: Uint8Array) =>
              Effect.sync(() => {
                asked.push(buffer.length)
                // Less than what is asked for, as Linux does.
                const piece = bytes.subarray(at, (at += 100))
                buffer.set(piece)
                return piece.length
              })
            return { read } as unknown as FileSystem.File
          })
      })
      yield* Layer.build(Layer.provide(endVanished(connections), files))
      let seconds = 0
      for (; resets.length === 0 && seconds < 60; seconds += 5) {
        yield* TestClock.adjust("5 seconds")
        // The fiber reads the tables meanwhile.
        yield* Effect.repeat(Effect.yieldNow, { times: 200 })
      }
      // The first look is at 5 s.
      assert.deepStrictEqual([resets, seconds], [["192.0.2.6"], 35])
      assert.deepStrictEqual([...new Set(asked)], [4_096])
    })
  )

  it("counts from the first look at which nothing was acknowledged, and anew after something was", () => {
    const first = since(new Map(), ["a", "b"], 1_000)
    const second = since(first, ["a"], 2_000)
    assert.deepStrictEqual([...second], [["a", 1_000]])
    assert.deepStrictEqual(
      [...since(second, ["a", "b"], 3_000)],
      [
        ["a", 1_000],
        ["b", 3_000]
      ]
    )
  })

  it("finds nothing in a table that is not there or of another form", () => {
    assert.deepStrictEqual(unacknowledged(""), [])
    assert.deepStrictEqual(unacknowledged("something else\n"), [])
  })

  it("finds in Linux' counters how often something was sent again, and says so if it is not there", () => {
    const counters = "Ip: A B\nIp: 1 2\nTcp: InSegs OutSegs RetransSegs InErrs\nTcp: 10 20 30 40\nUdp: A\nUdp: 1\n"
    assert.strictEqual(retransmitted(counters), 30)
    for (const other of ["", "Tcp: InSegs\nTcp: 10\n", "Tcp: InSegs RetransSegs\n"]) {
      assert.isUndefined(retransmitted(other))
    }
  })
})
