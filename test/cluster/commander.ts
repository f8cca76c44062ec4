/**
 * Gives commands to rooms, all the while. Each room has one at a time, and its new `id` is looked up before the next, so
 * that all ids of the room are known, in their order.
 */
import { type Answer, ask } from "./client.ts"
import { idOf, type Room } from "./room.ts"
import { sleep } from "./time.ts"

/** How long to wait before an answer is asked for again, in milliseconds. */
const AGAIN = 100

export class Commander {
  /** What must not be: a command that was acknowledged and lost, a refused one that acted. */
  readonly wrongs: Array<string> = []
  /** When each command was acknowledged, in milliseconds, and how many were refused since the store was away. */
  readonly acknowledged: Array<number> = []
  refused = 0
  /** The longest that it took to refuse one, in milliseconds. */
  slowestRefusal = 0
  readonly #ports: ReadonlyArray<number>
  readonly #commands = new Set<Promise<void>>()
  #timer: NodeJS.Timeout | undefined
  #next = 0

  constructor(ports: ReadonlyArray<number>) {
    this.#ports = ports
  }

  /** Begins to give so many commands a second. */
  begin(rooms: ReadonlyArray<Room>, perSecond: number): void {
    const begun = performance.now()
    let given = 0
    this.#timer = setInterval(() => {
      for (const due = ((performance.now() - begun) / 1_000) * perSecond; given < due; given++) {
        const room = rooms[given % rooms.length]!
        if (!room.busy) this.#give(room)
      }
    }, 10)
  }

  /** Gives no more commands. */
  stop(): void {
    clearInterval(this.#timer)
  }

  /** Gives no more commands, waits for the answers, and looks up what has become of the rooms. */
  async rest(rooms: ReadonlyArray<Room>): Promise<void> {
    this.stop()
    await Promise.all(this.#commands)
    for (const room of rooms) {
      const id = await this.lookUp(room)
      if (id === idOf(room)) continue
      if (!room.doubtful) this.wrongs.push(`${room.code}: an acknowledged command was lost later`)
      room.steps.push({ id, at: performance.now() })
    }
  }

  /** The next instance in turn. */
  port(): number {
    return this.#ports[this.#next++ % this.#ports.length]!
  }

  /** Asks until it is told what state the room is in. */
  async lookUp(room: Room): Promise<string> {
    for (;;) {
      const answer = await ask(this.port(), "GET", `/api/pair-room/${room.code}`)
      if (answer?.status === 200) {
        room.running = answer.json.running
        return answer.json.id
      }
      if (answer?.status === 404) this.wrongs.push(`${room.code}: the room is gone`)
      await sleep(AGAIN)
    }
  }

  #give(room: Room): void {
    room.busy = true
    const command = this.#command(room).finally(() => {
      room.busy = false
      this.#commands.delete(command)
    })
    this.#commands.add(command)
  }

  async #command(room: Room): Promise<void> {
    const before = idOf(room)
    const begun = performance.now()
    const path = this.#next % 3 === 0 ? `pair-room/${room.code}/pair-swap` : undefined
    const answer = told(
      await ask(this.port(), "PATCH", `/api/${path ?? `${room.code}/timer/${room.running ? "stop" : "start"}`}`, {
        headers: { "if-match": `"${before}"` }
      })
    )
    const at = performance.now()
    const id = await this.lookUp(room)
    const acted = id !== before
    if (answer?.status === 204) {
      this.acknowledged.push(at)
      if (!acted) this.wrongs.push(`${room.code}: an acknowledged command is lost`)
    } else if (answer?.status === 503) {
      this.refused++
      this.slowestRefusal = Math.max(this.slowestRefusal, at - begun)
      if (acted && !isDoubtful(answer) && !room.doubtful) this.wrongs.push(`${room.code}: a refused command acted`)
    } else if (answer !== undefined && !(answer.status === 412 && room.doubtful && acted)) {
      this.wrongs.push(`${room.code}: a command was answered with ${answer.status} ${answer.json?.message}`)
    }
    room.doubtful = !acted && (room.doubtful || answer === undefined || isDoubtful(answer))
    if (acted) room.steps.push({ id, at })
  }
}

/** A proxy that says that it has no answer says nothing of the command. */
const told = (answer: Answer | undefined): Answer | undefined =>
  answer?.status === 502 || answer?.status === 504 ? undefined : answer

/** Does a refusal say that nobody knows whether the command acted? */
const isDoubtful = ({ json, status }: Answer): boolean => status === 503 && /unknown|not known/i.test(json?.message)
