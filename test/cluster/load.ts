/** Rooms with streams on several instances, and someone who gives commands. */
import { type Block, EventStream, insist } from "./client.ts"
import { Commander } from "./commander.ts"
import { idOf, type Room, type Watcher } from "./room.ts"
import { until } from "./time.ts"

export interface LoadOptions {
  /** The instances, or what stands before them. */
  readonly ports: ReadonlyArray<number>
  readonly rooms: number
  readonly streamsPerRoom: number
  /** How many of the rooms, besides, get no commands, and are up once, after so many milliseconds. */
  readonly finishing?: { readonly rooms: number; readonly after: number }
}

const HOUR = 3_600_000

/** How long clients are waited for, in milliseconds. */
const SETTLING = 20_000

/** How many rooms are opened in the same moment. */
const AT_ONCE = 16

export class Load {
  readonly rooms: Array<Room> = []
  /** When each instance was the first to show a tick. */
  readonly ticks = new Map<string, Map<number, number>>()
  readonly commander: Commander
  readonly #options: LoadOptions

  constructor(options: LoadOptions) {
    this.#options = options
    this.commander = new Commander(options.ports)
  }

  get watchers(): ReadonlyArray<Watcher> {
    return this.rooms.flatMap(({ watchers }) => watchers)
  }

  /** Makes the rooms, and waits until every stream has begun. */
  async open(): Promise<void> {
    const { finishing, rooms } = this.#options
    const durations = [
      ...Array.from({ length: rooms }, () => HOUR),
      ...Array.from({ length: finishing?.rooms ?? 0 }, () => finishing?.after ?? 0)
    ]
    for (let begin = 0; begin < durations.length; begin += AT_ONCE) {
      const some = durations.slice(begin, begin + AT_ONCE)
      await Promise.all(some.map((duration, index) => this.#open(begin + index, duration)))
    }
  }

  /** Lets the rooms that are up once begin. */
  async startFinishing(): Promise<void> {
    await Promise.all(
      this.#finishing.map(async (room) => {
        await insist(204, this.commander.port(), "PATCH", `/api/${room.code}/timer/start`)
        room.steps.push({ id: await this.commander.lookUp(room), at: performance.now() })
        room.steps.push({
          id: `${idOf(room)}-finish`,
          at: performance.now() + this.#options.finishing!.after
        })
      })
    )
  }

  /** Begins to give so many commands a second, to all but the rooms that are up once. */
  begin(perSecond: number): void {
    this.commander.begin(this.#commanded, perSecond)
  }

  /** Gives no more commands, and knows what has become of each. */
  rest(): Promise<void> {
    return this.commander.rest(this.#commanded)
  }

  /** Waits until every stream shows the state that its room is in, and gives how many do not. */
  async settle(): Promise<number> {
    await until(() => this.behind.length === 0, SETTLING)
    return this.behind.length
  }

  /** Who does not show the state that its room is in. */
  get behind(): ReadonlyArray<Watcher> {
    return this.watchers.filter(({ room, seen }) => seen.at(-1)?.id !== idOf(room))
  }

  close(): void {
    this.commander.stop()
    for (const { stream } of this.watchers) stream.close()
  }

  get #commanded(): ReadonlyArray<Room> {
    return this.rooms.slice(0, this.#options.rooms)
  }

  get #finishing(): ReadonlyArray<Room> {
    return this.rooms.slice(this.#options.rooms)
  }

  async #open(index: number, duration: number): Promise<void> {
    const body = { driver: "lemon", navigator: "apple", timerDuration: duration }
    const code = (await insist(201, this.commander.port(), "POST", "/api/pair-room", { body })).json.accessCode
    const room: Room = { code, steps: [], watchers: [], running: false, busy: false, doubtful: false }
    room.steps.push({ id: await this.commander.lookUp(room), at: performance.now() })
    this.rooms[index] = room
    const opened = Array.from({ length: this.#options.streamsPerRoom }, (_, stream) =>
      this.#watch(room, index + stream)
    )
    await Promise.all(opened)
  }

  /** Opens a stream, at the next instance each time. */
  #watch(room: Room, first: number): Promise<void> {
    const { ports } = this.#options
    return new Promise((resolve) => {
      let endsAt = ""
      let before = ""
      const hear = ({ at, data, event, id, port }: Block) => {
        if (event === "room") {
          endsAt = /"endsAt":(\w+)/.exec(data)?.[1] ?? ""
          watcher.isUncertain = data.includes('"uncertain":true')
          watcher.connections = Number(/"connections":(\d+)/.exec(data)?.[1])
        }
        // After a `room` it belongs to a snapshot or to a change, and is no tick.
        if (event === "remaining-time" && before !== "room") this.#tick(`${room.code} ${endsAt} ${data}`, port, at)
        if (event === "timer" && data === "stop") watcher.stops++
        if (id !== undefined && id !== watcher.seen.at(-1)?.id) watcher.seen.push({ id, at })
        before = event
        resolve()
      }
      const stream = new EventStream({
        path: `/api/${room.code}/connect`,
        port: (attempt) => ports[(first + attempt) % ports.length]!,
        hear
      })
      const watcher: Watcher = { room, stream, seen: [], stops: 0, isUncertain: false, connections: 0 }
      room.watchers.push(watcher)
    })
  }

  #tick(key: string, port: number, at: number): void {
    const heard = this.ticks.get(key)
    if (heard === undefined) this.ticks.set(key, new Map([[port, at]]))
    else if (!heard.has(port)) heard.set(port, at)
  }
}
