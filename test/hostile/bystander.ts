/** Somebody who only watches a room while others attack: what it sees has to be right. */
import { dial } from "./clients.ts"

/** The events that a stream may have. */
const EVENTS = new Set(["connect", "remaining-time", "timer", "close", "room", "heartbeat"])

/** How long a stream may take to begin, in milliseconds. */
const BEGINS = 15_000

export interface Bystander {
  /** The remaining times of the ticks, in milliseconds, in the order in which they came. */
  readonly ticks: ReadonlyArray<number>
  /** What is not as the contract has it. */
  readonly wrong: ReadonlyArray<string>
  /** How many blocks have come. */
  readonly blocks: () => number
  readonly isOpen: () => boolean
  readonly leave: () => void
}

/** Opens a stream of a room, and checks every block of it. */
export const watch = async (port: number, code: string, tick: (at: number) => void = () => {}): Promise<Bystander> => {
  const ticks: Array<number> = []
  const wrong: Array<string> = []
  let rest = ""
  let isBody = false
  let blocks = 0
  const hear = (text: string) => {
    const parts = (rest + text).split(isBody ? "\n\n" : "\r\n\r\n")
    if (!isBody && parts.length < 2) return void (rest += text)
    if (!isBody) {
      isBody = true
      const [, ...body] = parts
      rest = ""
      return hear(body.join("\r\n\r\n"))
    }
    rest = parts.pop() ?? ""
    for (const block of parts) {
      blocks++
      const fault = faultOf(block)
      if (fault !== undefined) wrong.push(`${fault}: ${block.slice(0, 200)}`)
      const [, remaining] = /^event: remaining-time\ndata: (\d+)$/.exec(block) ?? []
      if (remaining === undefined) continue
      ticks.push(Number(remaining))
      tick(performance.now())
    }
  }
  const client = dial(port, `GET /api/${code}/connect HTTP/1.1\r\nhost: x\r\n\r\n`, { hear })
  if (!(await client.heard("event: remaining-time", BEGINS))) throw new Error("no stream begins")
  return {
    ticks,
    wrong,
    blocks: () => blocks,
    isOpen: () => !client.socket.destroyed,
    leave: () => client.socket.destroy()
  }
}

/** Returns what is wrong with a block of a stream. */
export const faultOf = (block: string): string | undefined => {
  const fields = block.split("\n").map((line) => line.split(/: (.*)/s, 2))
  const values = (name: string) => fields.flatMap(([field, value]) => (field === name ? [value ?? ""] : []))
  if (fields.some(([name]) => !["event", "data", "id", "retry"].includes(name ?? ""))) return "an unknown field"
  const [event, ...more] = values("event")
  if (event === undefined || more.length > 0 || !EVENTS.has(event)) return "an unknown event"
  const data = values("data")
  if (data.length !== 1) return "no data, or more than one line of it"
  if (event === "room") return isJson(data[0] ?? "") ? undefined : "no JSON"
  if (event === "remaining-time" || event === "heartbeat") return /^\d+$/.test(data[0] ?? "") ? undefined : "no number"
  return /^(?:OK|start|pause|stop|update|running|complete)$/.test(data[0] ?? "") ? undefined : "unknown data"
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Where the seconds of a room that ran all the time were not shown one after the other. */
export const secondsMissed = ({ ticks }: Bystander): ReadonlyArray<string> =>
  // The first one is that of the snapshot.
  ticks.slice(2).flatMap((remaining, index) => {
    const before = ticks[index + 1]!
    return remaining === before - 1_000 ? [] : [`${remaining} after ${before}`]
  })
