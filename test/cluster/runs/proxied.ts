/** Streams behind nginx. */
import { Effect } from "effect"
import { ask, type Block, EventStream } from "../client.ts"
import { cluster, member } from "../cluster.ts"
import * as Figures from "../figures.ts"
import { sleep, until } from "../time.ts"
import * as Nginx from "../nginx.ts"
import { type Run, underLoad } from "./underLoad.ts"

/** Rooms that are paused for a long time behind an nginx as it comes. */
export const stock: Run = Effect.fnUntraced(function* ({ paused, rooms }) {
  const { port: instance } = yield* member({ STORE_URL: "memory:", ...(paused < 60_000 ? BRISK : {}) })
  const { port } = yield* Nginx.start("stock", [instance])
  const delays: Array<number> = []
  const counts = { heartbeat: 0, room: 0 }
  /** The server tells its time with each heartbeat and in each room. */
  const hear = ({ data, event }: Block) => {
    if (event !== "heartbeat" && event !== "room") return
    counts[event]++
    const told = event === "heartbeat" ? data : /"serverTime":(\d+)/.exec(data)?.[1]
    delays.push(performance.timeOrigin + performance.now() - Number(told))
  }
  return yield* Effect.promise(async () => {
    const codes: Array<string> = []
    const streams: Array<EventStream> = []
    for (let room = 0; room < rooms; room++) {
      const body = { driver: "lemon", navigator: "apple", timerDuration: 600_000 }
      const code: string = (await ask(port, "POST", "/api/pair-room", { body }))?.json.accessCode
      codes.push(code)
      streams.push(new EventStream({ path: `/api/${code}/connect`, port: () => port, hear }))
    }
    await sleep(1_000)
    delays.length = counts.room = 0
    await sleep(paused)
    for (const code of codes) await ask(port, "PATCH", `/api/${code}/timer/start`)
    await sleep(500)
    for (const stream of streams) stream.close()
    return [
      Figures.some("streams", streams.length),
      Figures.some("heartbeats", counts.heartbeat),
      Figures.exactly("changes afterwards", counts.room, streams.length),
      Figures.exactly("streams that were cut", streams.filter(({ connections }) => connections.length > 1).length, 0),
      Figures.within("the longest delay", Math.max(...delays), 100)
    ]
  })
})

/** For less than a minute, so that there are heartbeats. */
const BRISK = { HEARTBEAT_INTERVAL: "1 second" }

/** One instance after the other is restarted, the next when all clients are back. */
export const rolling: Run = Effect.fnUntraced(function* (size) {
  const { members, ports } = yield* cluster(() => ({ DRAIN_SPREAD: `${size.spread} millis` }))
  const { port } = yield* Nginx.start("round-robin", ports)
  return yield* underLoad(size, [port], size.calm, async (load) => {
    const begun = performance.now()
    const before = load.watchers.map(({ stream }) => stream.connections.length)
    const codes: Array<number | null> = []
    for (const { process, restart } of members) {
      codes.push(await Effect.runPromise(process().end("SIGTERM")))
      await Effect.runPromise(restart)
      await until(() => load.watchers.every(({ stream }) => stream.current !== undefined), 30_000)
    }
    return () => {
      const again = load.watchers.map(({ stream }, index) => stream.connections.length - before[index]!)
      const times = load.watchers.flatMap(({ stream }) =>
        stream.connections.map(({ askedAt }) => askedAt).filter((at) => at > begun)
      )
      return [
        Figures.exactly("instances that ended with code 0", codes.filter((code) => code === 0).length, members.length),
        Figures.some("reconnects", times.length),
        Figures.atMost("the most reconnects of one client", Math.max(...again), members.length),
        Figures.atMost(
          "the most connections in a second, of a hundred clients",
          (Figures.mostWithinASecond(times) / load.watchers.length) * 100,
          10,
          true
        )
      ]
    }
  })
})
