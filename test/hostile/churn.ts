/** Streams that are opened and ended again, in each way that there is. */
import { connect } from "node:net"
import { until } from "../cluster/time.ts"
import { ask, type Client, dial, each, openRoom, stream } from "./clients.ts"

/** The service's `STREAM_LIFETIME` for this: the shortest. */
export const LIFETIME = "1 second"

const BATCH = 100
const AT_ONCE = 8

/** How long a stream that the service ends may take, in milliseconds: the life time, the heartbeat that ends it, and some. */
const ENDS = 15_000

/** A close leaves the client's port unused for a minute, and there are 28,000 ports for each address of ours. */
const ADDRESSES = Array.from({ length: 40 }, (_, index) => `127.0.1.${index + 1}`)

interface Batch {
  readonly port: number
  readonly code: string
  readonly from: string
  /** Is told of each stream that has begun. */
  readonly begun: () => void
}

/** Opens a stream, ends it, and tells whether it began and ended as it should. */
type Way = (batch: Batch) => Promise<boolean>

const begin = async ({ begun, code, from, port }: Batch): Promise<Client | undefined> => {
  const client = dial(port, stream(code), { from })
  if (await client.heard("event: remaining-time", ENDS)) {
    begun()
    return client
  }
  client.socket.destroy()
  return undefined
}

const endedByServer: Way = async (batch) => {
  const client = await begin(batch)
  if (client === undefined) return false
  const how = await client.closed(ENDS)
  client.socket.destroy()
  return how === "end"
}

const byClient =
  (end: (client: Client) => void): Way =>
  async (batch) => {
    const client = await begin(batch)
    if (client === undefined) return false
    end(client)
    const how = await client.closed(ENDS)
    client.socket.destroy()
    return how !== "open"
  }

/** Sends a part of the head, and goes. */
const inTheHead: Way = ({ code, from, port }) =>
  new Promise((resolve) => {
    const { socket } = dial(port, `GET /api/${code}/connect HTTP/1.1\r\nhost: x\r\nx-`, { from, keeps: false })
    socket.once("connect", () => setTimeout(() => socket.destroy(), 20)).once("close", (failed) => resolve(!failed))
  })

/** Sends no more after the request, and would go on reading. */
const halfClosed: Way = ({ code, from, port }) =>
  new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", localAddress: from, allowHalfOpen: true })
    const late = setTimeout(() => socket.destroy(), ENDS)
    socket
      .on("error", () => {})
      .on("close", () => {
        clearTimeout(late)
        resolve(true)
      })
    socket.on("end", () => socket.destroy()).resume()
    socket.end(stream(code))
  })

/** Each way, and what is done to the room once the streams of a batch are open. It gives whether the room is there after it. */
const WAYS: Readonly<Record<string, readonly [way: Way, then?: (batch: Batch) => Promise<boolean>]>> = {
  "the client closes": [byClient(({ socket }) => socket.end())],
  "the client resets": [byClient(({ socket }) => socket.resetAndDestroy())],
  "in the head": [inTheHead],
  "half a close": [halfClosed],
  "the room is deleted": [
    endedByServer,
    async ({ code, port }) => (await ask(port, "DELETE", `/api/pair-room/${code}`)).status !== 204
  ],
  "the streams are ended": [
    endedByServer,
    ({ code, port }) => ask(port, "DELETE", `/api/${code}/connect`).then(() => true)
  ],
  "the life time": [endedByServer]
}

export interface Churned {
  readonly streams: number
  /** How many did not begin or end as they should. */
  readonly wrong: number
  /** How many of the rooms that were opened for them are still there. */
  readonly rooms: number
}

/** Opens and ends so many streams, the ways taking turns. */
export const churn = async (port: number, count: number): Promise<Churned> => {
  const ways = Object.entries(WAYS)
  const batches = Array.from({ length: Math.ceil(count / BATCH) }, (_, index) => index)
  let wrong = 0
  let rooms = 0
  await each(batches, AT_ONCE, async (index) => {
    const [name, [way, then]] = ways[index % ways.length]!
    let open = 0
    const batch = {
      port,
      code: await openRoom(port, {}, true),
      from: ADDRESSES[index % ADDRESSES.length]!,
      begun: () => void open++
    }
    const streams = Array.from({ length: BATCH }, () => way(batch))
    if (then !== undefined) await until(() => open === BATCH, ENDS)
    if (then === undefined || (await then(batch))) rooms++
    const failed = (await Promise.all(streams)).filter((ok) => !ok).length
    if (failed > 0) console.error(`${name}: ${failed} of ${BATCH} streams`)
    wrong += failed
  })
  return { streams: batches.length * BATCH, wrong, rooms }
}

export const ways: number = Object.keys(WAYS).length
