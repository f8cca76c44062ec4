/** The many who do nothing wrong: streams of rooms that run, and how late each second reaches them. */
import { percentile } from "../cluster/figures.ts"
import { sleep } from "../cluster/time.ts"
import { type Client, dial, each, openRoom, stream } from "./clients.ts"

export interface Others {
  readonly count: number
  /** The 99th percentile of the delay of all seconds in so many milliseconds from now on, in milliseconds. */
  readonly delay: (millis: number) => Promise<number>
  readonly open: () => number
  readonly leave: () => void
}

const AT_ONCE = 64

/** Opens rooms with so many streams each, and lets them run. */
export const gather = async (port: number, rooms: number, perRoom: number): Promise<Others> => {
  const codes = await Promise.all(
    // Each room has a second of its own.
    Array.from({ length: rooms }, () =>
      openRoom(port, { timerRemainingTime: 3_500_000 + Math.floor(Math.random() * 1_000) }, true)
    )
  )
  const delays: Array<number> = []
  let counting = false
  const clients: Array<Client> = []
  await each(
    codes.flatMap((code) => Array.from({ length: perRoom }, () => code)),
    AT_ONCE,
    async (code) => {
      let endsAt = 0
      const hear = (text: string) => {
        const now = performance.timeOrigin + performance.now()
        const room = text.lastIndexOf('"endsAt":')
        if (room >= 0) endsAt = Number.parseInt(text.slice(room + 9), 10) || endsAt
        if (!counting) return
        for (const [, remaining] of text.matchAll(/event: remaining-time\ndata: (\d+)/g))
          delays.push(now - (endsAt - Number(remaining)))
      }
      const client = dial(port, stream(code), { hear, keeps: false })
      await new Promise((resolve) => client.socket.once("data", resolve))
      clients.push(client)
    }
  )
  return {
    count: clients.length,
    delay: async (millis) => {
      delays.length = 0
      counting = true
      await sleep(millis)
      counting = false
      return percentile(delays, 0.99)
    },
    open: () => clients.filter(({ socket }) => !socket.destroyed).length,
    leave: () => {
      for (const { socket } of clients) socket.destroy()
    }
  }
}
