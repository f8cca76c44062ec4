/** The load of the benchmark: clients on raw sockets, in a process of their own. */
import { Agent, request } from "node:http"
import { connect, type Socket } from "node:net"

export interface Workload {
  readonly name: string
  readonly rooms: number
  /** 0 for commands without streams. */
  readonly perRoom: number
  /** Do the rooms tick together, or each at its own time? */
  readonly together: boolean
  readonly ticks: boolean
  readonly seconds: number
}

export interface Order extends Workload {
  readonly server: string
  readonly port: number
}

export interface Outcome {
  readonly events: number
  /** Milliseconds from the instant that a tick is promised for. */
  readonly delay: { readonly p50: number; readonly p99: number; readonly max: number }
  /** Seconds until every stream had its first event. */
  readonly accepted: number
}

export interface CommandOutcome {
  readonly perSecond: number
  /** Milliseconds to the answer, at `PACE` commands a second. */
  readonly p50: number
  readonly p99: number
}

/** Half of the commands a second that the service is to take. */
export const PACE = 1_500

const DURATION = 3_600_000
const WARM_ROOMS = 250
const AT_ONCE = 128

const tell = (message: unknown) => process.send?.(message)
const heard = (text: string) =>
  new Promise<void>((resolve) => {
    const listen = (message: unknown) => {
      if (message !== text) return
      process.off("message", listen)
      resolve()
    }
    process.on("message", listen)
  })
const sleep = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis))

const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })

export const call = (port: number, method: string, path: string, body?: unknown): Promise<string> =>
  new Promise((resolve, reject) => {
    const sent = request(
      { port, host: "127.0.0.1", method, path, agent, headers: { "content-type": "application/json" } },
      (response) => {
        let text = ""
        response.setEncoding("utf8")
        response.on("data", (chunk: string) => (text += chunk))
        response.on("end", () => resolve(text))
      }
    )
    sent.on("error", reject)
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })

/** Runs `work` on every item, so many at once. */
export const each = async <A>(items: ReadonlyArray<A>, work: (item: A, index: number) => Promise<unknown>) => {
  let next = 0
  const one = async () => {
    while (next < items.length) {
      const index = next++
      await work(items[index]!, index)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, one))
}

/**
 * When within the second a room ticks, in milliseconds. By chance, as rooms are started: whatever is added for the time of a
 * commit that many rooms share, the times stay as even as those of a server without commits.
 */
const phase = (together: boolean) => (together ? 0 : Math.floor(Math.random() * 1_000))

/** Where the rooms of an order are watched; those of Pairroom are created. */
const paths = async ({ server, port, rooms, together, ticks }: Order, prefix = ""): Promise<ReadonlyArray<string>> => {
  const names = Array.from({ length: rooms }, (_, index) => index)
  if (server !== "pairroom") {
    const end = Date.now() + DURATION
    return names.map((name) => `/${prefix}${name}/${end + phase(together)}`)
  }
  const codes: Array<string> = []
  await each(names, async (name) => {
    const timerRemainingTime = DURATION - phase(together)
    const room = { driver: "lemon", navigator: "apple", timerDuration: DURATION, timerRemainingTime }
    codes[name] = JSON.parse(await call(port, "POST", "/api/pair-room", room)).accessCode
  })
  return codes.map((code) => `/api/${code}/connect${ticks ? "" : "?ticks=off"}`)
}

/** Starts the rooms of Pairroom. */
const start = async ({ server, port, together }: Order, paths: ReadonlyArray<string>) => {
  if (server !== "pairroom") return
  // So that all of them are there when the server goes on, and get one and the same time.
  if (together) tell("halt")
  const started = paths.map((path) => call(port, "PATCH", path.replace(/connect.*/, "timer/start")))
  if (together) {
    await sleep(400)
    tell("go on")
  }
  await Promise.all(started)
}

const percentile = (numbers: Array<number>, share: number): number =>
  numbers.toSorted((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))] ?? 0

/** A connection on which one command after the other is given: start, stop, start … */
const commander = async (port: number, path: string) => {
  const socket = connect(port, "127.0.0.1")
  await new Promise((resolve) => socket.once("connect", resolve))
  socket.setNoDelay(true)
  let answered: ((right: boolean) => void) | undefined
  let rest = ""
  socket.on("data", (bytes) => {
    rest += bytes.toString("latin1")
    if (!rest.endsWith("\r\n\r\n")) return
    answered?.(rest.startsWith("HTTP/1.1 204"))
    rest = ""
  })
  let started = false
  let last: Promise<unknown> = Promise.resolve()
  const give = async () => {
    started = !started
    const command = path.replace(/connect.*/, started ? "timer/start" : "timer/stop")
    const answer = new Promise<boolean>((resolve) => (answered = resolve))
    socket.write(`PATCH ${command} HTTP/1.1\r\nhost: x\r\n\r\n`)
    if (!(await answer)) throw new Error("a command was refused")
  }
  /** Gives the next command when the one before has been answered, and tells how many milliseconds that took. */
  return async () => {
    const begin = performance.now()
    last = last.then(give)
    await last
    return performance.now() - begin
  }
}

/** Commands on every room, first as fast as they are answered, then at a steady pace. */
const command = async (order: Order) => {
  const watched = await paths(order)
  const commanders = await Promise.all(watched.map((path) => commander(order.port, path)))
  tell("ready")
  await heard("count")
  const end = performance.now() + order.seconds * 1_000
  let count = 0
  await Promise.all(
    commanders.slice(0, AT_ONCE).map(async (_, lane) => {
      for (let turn = lane; performance.now() < end; turn += AT_ONCE, count++) {
        await commanders[turn % commanders.length]!()
      }
    })
  )
  const perSecond = count / order.seconds
  const times: Array<number> = []
  const begin = performance.now()
  const pending: Array<Promise<unknown>> = []
  for (let sent = 0; performance.now() < begin + order.seconds * 1_000;) {
    for (; sent < ((performance.now() - begin) / 1_000) * PACE; sent++) {
      pending.push(commanders[sent % commanders.length]!().then((time) => times.push(time)))
    }
    await sleep(1)
  }
  await Promise.all(pending)
  tell({ perSecond, p50: percentile(times, 0.5), p99: percentile(times, 0.99) } satisfies CommandOutcome)
}

/** Streams that are opened and closed again, so that what is measured is the service and not the start of its process. */
const warmUp = async (order: Order) => {
  const watched = await paths({ ...order, rooms: WARM_ROOMS, together: true }, "warm-")
  const sockets: Array<Socket> = []
  await each([...watched, ...watched], (path) => opened(order.port, path).then((socket) => sockets.push(socket)))
  for (const socket of sockets) socket.destroy()
  await sleep(500)
}

/** A stream, when it has begun. */
const opened = (port: number, path: string, read: (text: string) => void = () => {}) =>
  new Promise<Socket>((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`))
    socket.setNoDelay(true)
    socket.on("error", reject)
    socket.on("data", (bytes) => {
      read(bytes.toString("latin1"))
      resolve(socket)
    })
  })

const run = async (order: Order) => {
  await warmUp(order)
  tell("warm")
  await heard("begin")
  const watched = await paths(order)
  const streams = watched.flatMap((path) => Array.from({ length: order.perRoom }, () => path))
  const delays: Array<number> = []
  let events = 0
  let counting = false

  const watch = (path: string) => {
    let endsAt = 0
    return opened(order.port, path, (text) => {
      const room = text.lastIndexOf('"endsAt":')
      if (room >= 0) endsAt = Number.parseInt(text.slice(room + 9), 10) || 1
      if (!counting) return
      for (let at = text.indexOf("event:"); at >= 0; at = text.indexOf("event:", at + 1)) {
        events++
        const data = text.indexOf("data:", at)
        if (!text.slice(at, data).includes("remaining-time")) continue
        const remaining = Number.parseInt(text.slice(data + 5), 10)
        delays.push(performance.timeOrigin + performance.now() - (endsAt - remaining))
      }
    })
  }

  const begin = performance.now()
  await each(streams, watch)
  const accepted = (performance.now() - begin) / 1_000
  await start(order, watched)
  // Until every room has ticked.
  await sleep(2_000)
  tell("ready")
  await heard("count")
  counting = true
  await sleep(order.seconds * 1_000)
  counting = false
  const [p50, p99, max] = [percentile(delays, 0.5), percentile(delays, 0.99), percentile(delays, 1)]
  tell({ events, delay: { p50, p99, max }, accepted } satisfies Outcome)
}

if (import.meta.main) {
  process.once("message", (order: Order) => void (order.perRoom === 0 ? command(order) : run(order)))
}
