/**
 * Finds clients that vanished without a word: a laptop that was closed, a network that is gone. The kernel would go on sending to
 * them for about 15 minutes. TCP_USER_TIMEOUT would limit that, but Node cannot set it, and keep-alive probes are not sent while
 * data is under way. So this asks Linux itself, in the table of its connections, what was sent and not acknowledged. On other
 * systems there is no such table, and only the system's own limit holds.
 */
import { Cause, Duration, Effect, FileSystem, Layer, type Pull, Ref, Result, Schedule, Stream } from "effect"
import { NetAddress } from "effect/net"
import * as Elapsed from "../../store/Elapsed.ts"
import { type Connections, cut } from "./Connections.ts"

/** How long a client may acknowledge nothing. With the heartbeat before it, a client that vanished is noticed within 60 s. */
const LIMIT = Duration.seconds(30)

const OFTEN = Duration.seconds(5)

/** One line for each connection: local and remote address, state, queues, timer, and how often its data was sent again. */
const TABLES = ["/proc/self/net/tcp", "/proc/self/net/tcp6"]

/**
 * How much of a table is read at once, in bytes: Linux gives a page at most. A table is never in memory as a whole, and the event
 * loop does its other work between two pages. Node alone would take 64 KiB for each page, and keep them all until it has the last one:
 * so much that the whole heap is collected twice for each look.
 */
const PAGE = 4_096

/** The text of a file in pieces, all read into the same buffer. */
const piecesOf = (files: FileSystem.FileSystem, path: string) =>
  Stream.unwrap(
    Effect.map(files.open(path), (file) => {
      const buffer = new Uint8Array(PAGE)
      const piece = Effect.flatMap(file.read(buffer), (size): Pull.Pull<readonly [string]> =>
        size === 0 ? Cause.done() : Effect.succeed([ascii.decode(buffer.subarray(0, size))])
      )
      return Stream.fromPull(Effect.succeed(piece))
    })
  )

const ascii = new TextDecoder("latin1")

/**
 * The kernel's counters, about 1 KB. The tables are larger than 1 MB for 10,000 connections. So they are read only if data was sent
 * again since the last look, or if a client was silent at the last look.
 */
const COUNTERS = "/proc/self/net/snmp"

/** Returns how many segments the kernel has sent again until now; undefined if the text does not say it. */
export const retransmitted = (counters: string): number | undefined => {
  const [names, values] = Array.from(counters.matchAll(/^Tcp: (.*)$/gm), ([, line = ""]) => line.split(" "))
  const value = Number(values?.[names?.indexOf("RetransSegs") ?? -1])
  return Number.isNaN(value) ? undefined : value
}

/**
 * The end points of a connection whose data was sent again, in hexadecimal. There may be tens of thousands of other lines, of
 * connections that ended within the last minute too: they make no objects.
 */
const LINE =
  /^ *\d+: [\dA-F]+:([\dA-F]{4}) ([\dA-F]{8}|[\dA-F]{32}):([\dA-F]{4}) \w\w [\dA-F:]+ [\dA-F:]+ (?!0{8})[\dA-F]{8}/gm

/** Returns a key for each connection of a table whose data was sent again at least once. */
export const unacknowledged = (table: string): ReadonlyArray<string> =>
  Array.from(table.matchAll(LINE), ([, local = "", address = "", remote = ""]) =>
    keyOf(Number.parseInt(local, 16), addressOf(address), Number.parseInt(remote, 16))
  )

/** Returns the same for a table that comes in pieces, which may end in the middle of a line. */
export const unacknowledgedIn = <E>(pieces: Stream.Stream<string, E>): Effect.Effect<ReadonlyArray<string>, E> =>
  Effect.map(
    Stream.runFold(
      pieces,
      (): Found => ({ rest: "", keys: [] }),
      ({ keys, rest }, piece): Found => {
        const text = rest + piece
        const end = text.lastIndexOf("\n") + 1
        const found = unacknowledged(text.slice(0, end))
        return { rest: text.slice(end), keys: found.length === 0 ? keys : [...keys, ...found] }
      }
    ),
    ({ keys, rest }) => [...keys, ...unacknowledged(rest)]
  )

interface Found {
  /** The beginning of a line. */
  readonly rest: string
  readonly keys: ReadonlyArray<string>
}

export const keyOf = (localPort: number, address: string, port: number): string => `${localPort} ${address} ${port}`

/** The bytes of each four are in the order of the machine. */
const addressOf = (hex: string): string => {
  const bytes = Uint8Array.from(
    (hex.match(/.{8}/g) ?? []).flatMap((word) =>
      Array.from(word.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)).toReversed()
    )
  )
  return canonicalText(
    bytes.length === 4 ? NetAddress.ipv4FromBytesUnsafe(bytes) : NetAddress.ipv6FromBytesUnsafe(bytes)
  )
}

/** Brings the address of a socket into the form of the keys. */
export const plainAddress = (address: string): string =>
  Result.match(NetAddress.ipFromString(address.replace(/%.*$/, "")), {
    onFailure: () => address,
    onSuccess: canonicalText
  })

/** An IPv4 address that is mapped into an IPv6 one counts as itself. */
const canonicalText = (ip: NetAddress.IpAddress) => NetAddress.formatIp(NetAddress.toCanonical(ip))

/** Returns since when each connection acknowledges nothing, in milliseconds. */
export const since = (before: ReadonlyMap<string, number>, keys: ReadonlyArray<string>, now: number) =>
  new Map(keys.map((key) => [key, before.get(key) ?? now]))

/** Looks from time to time, and resets the connections whose clients have acknowledged nothing for too long. */
export const endVanished = (connections: Connections) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const silent = yield* Ref.make<ReadonlyMap<string, number>>(new Map())
      const counted = yield* Ref.make<number | undefined>(undefined)
      const textOf = (path: string) => Effect.orElseSucceed(files.readFileString(path), () => "")
      const keysIn = (path: string) =>
        Effect.orElseSucceed(unacknowledgedIn(piecesOf(files, path)), (): ReadonlyArray<string> => [])
      const isQuiet = Effect.gen(function* () {
        const now = retransmitted(yield* textOf(COUNTERS))
        const before = yield* Ref.getAndSet(counted, now)
        return now !== undefined && now === before && (yield* Ref.get(silent)).size === 0
      })
      const look = Effect.gen(function* () {
        if (connections.size === 0 || (yield* isQuiet)) return
        const keys = (yield* Effect.forEach(TABLES, keysIn)).flat()
        const now = yield* Elapsed.millis
        const all = yield* Ref.updateAndGet(silent, (before) => since(before, keys, now))
        const gone = new Set(
          Array.from(all).flatMap(([key, at]) => (now - at >= Duration.toMillis(LIMIT) ? [key] : []))
        )
        if (gone.size === 0) return
        for (const [socket, connection] of connections) {
          const { localPort = 0, remoteAddress = "", remotePort = 0 } = socket
          if (gone.has(keyOf(localPort, plainAddress(remoteAddress), remotePort))) cut(socket, connection, "vanished")
        }
      })
      yield* Effect.forkScoped(Effect.schedule(look, Schedule.spaced(OFTEN)))
    })
  )
