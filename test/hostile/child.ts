/** Clients in a process of their own, so that what they do costs nobody else's time. It does what it is told, one order after the other. */
import { type ChildProcess, fork, spawn } from "node:child_process"
import { sleep } from "../cluster/time.ts"
import { type Client, dial, each, head } from "./clients.ts"

/** What such a process is told to do, and answers when it is done. */
export type Order =
  /** Opens a stream of each room, and reads it. */
  | { readonly do: "open"; readonly host?: string; readonly port: number; readonly codes: ReadonlyArray<string> }
  /** Reads no more. */
  | { readonly do: "stop reading" }
  /** Reads on, and answers how many connections were reset. */
  | { readonly do: "count resets" }
  /** Ends all streams at once, and opens one of each room within so many milliseconds. Answers how long the slowest took. */
  | { readonly do: "come back"; readonly port: number; readonly codes: ReadonlyArray<string>; readonly within: number }
  /** Asks as fast as it is answered, on so many connections, for so many milliseconds. Answers how often it was answered. */
  | {
      readonly do: "flood"
      readonly port: number
      readonly from: string
      readonly code: string
      readonly connections: number
      readonly millis: number
    }

export interface Child {
  readonly tell: (order: Order) => Promise<number>
  readonly end: () => void
}

const SCRIPT = "test/hostile/child.ts"

/** JSON has no Infinity, which is how long somebody waited who was never served. */
const serialization = "advanced"

/** Starts one, in a network namespace if it is named. */
export const start = (namespace?: string): Child => {
  const child: ChildProcess =
    namespace === undefined
      ? fork(SCRIPT, { serialization })
      : spawn("ip", ["netns", "exec", namespace, process.execPath, SCRIPT], {
          serialization,
          stdio: ["ignore", "inherit", "inherit", "ipc"]
        })
  return {
    tell: (order) =>
      new Promise((resolve) => {
        child.once("message", (answer) => resolve(Number(answer)))
        child.send(order)
      }),
    end: () => void child.kill("SIGKILL")
  }
}

const AT_ONCE = 64

const clients: Array<Client> = []

const open = async (host: string, port: number, codes: ReadonlyArray<string>): Promise<number> => {
  await each(codes, AT_ONCE, async (code) => {
    const client = dial(port, head("GET", `/api/${code}/connect`), { host, keeps: false })
    await new Promise((resolve) => client.socket.once("data", resolve).once("close", resolve))
    clients.push(client)
  })
  return clients.filter(({ socket }) => !socket.destroyed).length
}

const comeBack = async (port: number, codes: ReadonlyArray<string>, within: number): Promise<number> => {
  for (const { socket } of clients.splice(0)) socket.resetAndDestroy()
  const times = codes.map(async (code, index) => {
    await sleep((index / codes.length) * within)
    const begin = performance.now()
    const client = dial(port, head("GET", `/api/${code}/connect`, "last-event-id: x"), { keeps: false })
    clients.push(client)
    const begins = await new Promise((resolve) =>
      client.socket.once("data", () => resolve(true)).once("close", () => resolve(false))
    )
    return begins ? performance.now() - begin : Infinity
  })
  return Math.max(...(await Promise.all(times)))
}

const countResets = async (): Promise<number> => {
  const ends = clients.map(async ({ closed, socket }) => {
    socket.resume()
    return closed(2_000)
  })
  return (await Promise.all(ends)).filter((how) => how === "ECONNRESET").length
}

/** What a client that wants to do harm asks for: commands, rooms, codes that nobody has, pages and streams. */
const floodOf = (code: string): ReadonlyArray<string> => [
  head("PATCH", `/api/${code}/timer/start`),
  head("PATCH", `/api/${code}/timer/stop`),
  head("PATCH", `/api/${code}/timer`, "content-type: application/json", "content-length: 16").concat(
    '{"duration":1e9}'
  ),
  head("POST", "/api/pair-room", "content-type: application/json", "content-length: 2").concat("{}"),
  head("GET", "/api/pair-room/AAAAAAAAAAAAA"),
  head("GET", "/openapi.json"),
  head("DELETE", "/nothing")
]

const flood = async (order: Extract<Order, { do: "flood" }>): Promise<number> => {
  const end = performance.now() + order.millis
  const requests = floodOf(order.code)
  let answers = 0
  await each(
    Array.from({ length: order.connections }, (_, index) => index),
    order.connections,
    async (index) => {
      let next = index
      // Some only come and go: a stream over the limit ends at once.
      const connect = index % 8 === 0
      while (performance.now() < end) {
        const client = dial(order.port, connect ? head("GET", `/api/${order.code}/connect`) : "", {
          from: order.from,
          keeps: false
        })
        await new Promise<void>((resolve) => {
          const over = () => resolve()
          client.socket.once("close", over)
          setTimeout(over, Math.max(0, end - performance.now()))
          if (connect) return
          const ask = () => client.socket.write(requests[next++ % requests.length]!)
          client.socket.on("data", () => {
            answers++
            if (performance.now() < end) ask()
          })
          ask()
        })
        client.socket.destroy()
      }
    }
  )
  return answers
}

const obey = async (order: Order): Promise<number> => {
  switch (order.do) {
    case "open":
      return open(order.host ?? "127.0.0.1", order.port, order.codes)
    case "stop reading":
      for (const { socket } of clients) socket.pause()
      return clients.length
    case "come back":
      return comeBack(order.port, order.codes, order.within)
    case "count resets":
      return countResets()
    case "flood":
      return flood(order)
  }
}

if (import.meta.main) {
  process.on("message", async (order: Order) => process.send?.(await obey(order)))
  process.on("disconnect", () => process.exit(0))
}
