/** A room for the page: the state of its client as signals, and the commands. */
import { batch, computed, type ReadonlySignal, signal } from "@preact/signals"
import {
  type CommandResult,
  type Connection,
  openRoom,
  type RoomClient,
  type RoomView
} from "../../client/RoomClient.ts"
import { mayBeLonger, MINUTE } from "../duration.ts"
import { type AccessCode, toKey } from "../../domain/AccessCode.ts"
import { isText, kept } from "../kept.ts"
import { countdown } from "./countdown.ts"
import { type Phase, phaseOf } from "./phase.ts"

/** A finish that nobody has reacted to yet. */
export interface Finish {
  readonly at: number
  /** Did it come while this page was not there to see it? */
  readonly missed: boolean
}

export type Refusal = Exclude<CommandResult, { readonly ok: true }>

export interface Session {
  readonly code: string
  readonly client: RoomClient
  readonly room: ReadonlySignal<RoomView | null>
  readonly connection: ReadonlySignal<Connection>
  /** The whole seconds left. */
  readonly seconds: ReadonlySignal<number>
  readonly phase: ReadonlySignal<Phase>
  readonly finish: ReadonlySignal<Finish | null>
  /** The last command that was refused; null when it was read, or another went well. */
  readonly refusal: ReadonlySignal<Refusal | null>
  readonly press: (command: () => Promise<CommandResult>) => void
  readonly startOrPause: () => void
  readonly addMinute: () => void
  /** After a finish: the same driver goes on for two minutes. */
  readonly twoMoreMinutes: () => void
  readonly canAddMinute: ReadonlySignal<boolean>
  /** Takes back the alarm, in this browser and on every other screen. */
  readonly dismiss: () => void
  readonly forgetRefusal: () => void
  /** Who is at this browser: a name, empty for somebody who only watches, null where nobody has said it yet. */
  readonly me: ReadonlySignal<string | null>
  readonly iAm: (name: string) => void
}

/** The last finish that someone at this browser has reacted to. */
const seen = kept("seen", "", (value): value is string => typeof value === "string")

export const openSession = (code: string, api: string): Session => {
  // A name has a character at least, so a dash alone before it marks what was said.
  const said = kept(`me:${toKey(code as AccessCode)}`, "", isText)
  const me = computed(() => (said.value === "" ? null : said.value.slice(1)))
  const client = openRoom(code, { api, me: () => me.peek() || undefined })
  const room = signal(client.room)
  const connection = signal(client.connection)
  const refusal = signal<Refusal | null>(null)
  const { seconds, aim } = countdown(client)
  const finished = signal<(Finish & { readonly id: string | undefined }) | null>(null)
  const nameOf = (at: number) => `${code} ${at}`

  /** Any command after the finish counts as a reaction to it. */
  const finish = computed<Finish | null>(() => {
    const [last, now] = [finished.value, room.value]
    if (last === null || now === null || seen.value === nameOf(last.at)) return null
    return now.finishedAt === last.at && !now.running && (last.id === undefined || last.id === now.id) ? last : null
  })
  const phase = computed<Phase>(() => {
    if (connection.value.state === "ended") return "completed"
    return room.value === null ? "idle" : phaseOf(room.value, seconds.value, finish.value !== null)
  })

  client.on((event) =>
    batch(() => {
      room.value = client.room
      connection.value = client.connection
      if (event.type === "finish") {
        const { finishedAt: at, missed } = event
        const id = client.room?.finishedAt === at ? client.room.id : undefined
        if (finished.value?.at !== at) finished.value = { at, missed, id }
      }
      aim()
    })
  )

  const press = (command: () => Promise<CommandResult>) => {
    void command().then((result) => {
      refusal.value = result.ok ? null : result
    })
  }

  return {
    code,
    client,
    room,
    connection,
    seconds,
    phase,
    finish,
    refusal,
    press,
    startOrPause: () => press(() => (room.value?.running ? client.pause() : client.start())),
    addMinute: () => press(() => client.extend(MINUTE)),
    twoMoreMinutes: () => press(() => client.extend(2 * MINUTE, { ifCurrent: true })),
    canAddMinute: computed(() => room.value !== null && mayBeLonger(room.value.periodDuration)),
    dismiss: () => {
      if (finished.value === null) return
      seen.value = nameOf(finished.value.at)
      // It is no trouble if this cannot be told: the other screens go on asking for somebody.
      void client.acknowledge()
    },
    forgetRefusal: () => {
      refusal.value = null
    },
    me,
    iAm: (name) => {
      said.value = `-${name}`
      client.rename()
    }
  }
}
