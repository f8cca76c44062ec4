/** A room for the page: the state of its client as signals, and the commands. */
import { batch, computed, effect, type ReadonlySignal, signal } from "@preact/signals"
import {
  type CommandResult,
  type Connection,
  openRoom,
  type RoomClient,
  type RoomView
} from "../../client/RoomClient.ts"
import { mayBeLonger, MINUTE } from "../duration.ts"
import { type AccessCode, toKey } from "../../domain/AccessCode.ts"
import { paused, remainingAt, running } from "../../domain/Timer.ts"
import { isText, kept } from "../kept.ts"
import { after } from "../timers.ts"
import { countdown, onWaking, stopwatch } from "./countdown.ts"
import { type Look, looksOf } from "./people.ts"
import { type Phase, phaseOf } from "./phase.ts"
import { dueOf, expectedAt } from "./predicted.ts"

/** The end of a period after which nothing has been started yet. */
export interface Finish {
  readonly at: number
  /** Did it come while this page was not there to see it? */
  readonly missed: boolean
  /** Was it over before this page was opened? */
  readonly old: boolean
  /** False as long as only this page knows of it, because it has no connection. */
  readonly confirmed: boolean
}

export type Refusal = Exclude<CommandResult, { readonly ok: true }>

export interface Session {
  readonly code: string
  readonly client: RoomClient
  /** The room as it is shown. Without a connection it is what the page expects. */
  readonly room: ReadonlySignal<RoomView | null>
  /** Does it only expect that, because time has changed the room since the connection was lost? */
  readonly isUnconfirmed: ReadonlySignal<boolean>
  readonly connection: ReadonlySignal<Connection>
  /** The whole seconds left. */
  readonly seconds: ReadonlySignal<number>
  readonly phase: ReadonlySignal<Phase>
  readonly finish: ReadonlySignal<Finish | null>
  /** The whole seconds since the finish; 0 where there is none. */
  readonly overtime: ReadonlySignal<number>
  /** In how many seconds the period that waits starts by itself; null where it does not. */
  readonly startsIn: ReadonlySignal<number | null>
  /** Has somebody reacted to the finish, on any screen? Then no alarm rings. */
  readonly isSeen: ReadonlySignal<boolean>
  /** The colours of the people. */
  readonly looks: ReadonlySignal<ReadonlyMap<string, Look>>
  /** The last command that was refused; null when it was read, or another went well. */
  readonly refusal: ReadonlySignal<Refusal | null>
  readonly press: (command: () => Promise<CommandResult>) => void
  readonly startOrPause: () => void
  readonly addMinute: () => void
  /** After a finish: the same driver goes on for two minutes. */
  readonly twoMoreMinutes: () => void
  readonly canAddMinute: ReadonlySignal<boolean>
  /** Takes back the alarm, on this screen and on every other one. */
  readonly dismiss: () => void
  readonly forgetRefusal: () => void
  /** Who is at this browser: a name, empty for somebody who only watches, null where nobody has said it yet. */
  readonly me: ReadonlySignal<string | null>
  readonly iAm: (name: string) => void
}

/** A finish that the page learns of later than this is old, in milliseconds. */
const FINISH_LATE = 5_000

/** Has somebody set the timer, or handed over, after the finish? Then it is over, also where the timer stands at its full length. */
const isSetAfter = (room: RoomView | null, at: number): boolean =>
  room !== null && room.lastChange.at > at && ["break", "next", "reset", "update"].includes(room.lastChange.kind)

const remainingOf = ({ endsAt, periodDuration, remainingTime }: RoomView, now: number): number =>
  remainingAt(endsAt === null ? paused(remainingTime) : running(endsAt), periodDuration, now)

export const openSession = (code: string, api: string): Session => {
  // A name has a character at least, so a dash alone before it marks what was said.
  const said = kept(`me:${toKey(code as AccessCode)}`, "", isText)
  const me = computed(() => (said.value === "" ? null : said.value.slice(1)))
  const client = openRoom(code, { api, me: () => me.peek() || undefined })
  const iAm = (name: string) => {
    said.value = `-${name}`
    client.rename()
  }
  const known = signal(client.room)
  const connection = signal(client.connection)
  const refusal = signal<Refusal | null>(null)
  const last = signal<Pick<Finish, "at" | "missed" | "old"> | null>(null)
  /** Has somebody set the timer after it? */
  const isOver = signal(false)
  /** The finish that was dismissed here. The service may not know it yet. */
  const dismissed = signal<number | null>(null)

  /** The finish that only this page knows of. One that it finds when it wakes up is old: others have dealt with it. */
  const expected = signal<Pick<Finish, "at" | "old"> | null>(null)

  const isCutOff = computed(() => ["reconnecting", "offline"].includes(connection.value.state))
  /** What time has made of the room since the connection was lost. */
  const predicted = signal<RoomView | null>(null)
  const room = computed(() => (isCutOff.value && predicted.value) || known.value)
  const isUnconfirmed = computed(() => room.value !== known.value)
  const { seconds, aim } = countdown({
    get room() {
      return room.peek()
    },
    remaining: () => {
      const shown = room.peek()
      return shown === null || shown === known.peek() ? client.remaining() : remainingOf(shown, client.now())
    }
  })
  let cancel: (() => void) | undefined
  const predict = () => {
    cancel?.()
    const [before, now] = [known.peek(), client.now()]
    const next = isCutOff.peek() && before !== null ? expectedAt(before, now) : null
    const due = next === null ? null : dueOf(next)
    predicted.value = next
    if (due !== null) cancel = after(Math.max(1, due - now), predict)
    aim()
  }
  onWaking(predict)

  const finish = computed<Finish | null>(() => {
    const [told, now] = [last.value, known.value]
    if (isUnconfirmed.value) {
      const up = room.value?.running === false ? expected.value : null
      return up && { ...up, missed: up.old, confirmed: false }
    }
    if (told === null || isOver.value || now === null || now.running || now.status === "COMPLETED") return null
    // What has run for a moment is paused, and does not wait to be started.
    const isWaiting = now.finishedAt === told.at && now.remainingTime === now.periodDuration
    return isWaiting ? { ...told, confirmed: true } : null
  })
  effect(() => {
    const at = isUnconfirmed.value && room.value?.running === false ? (room.value.finishedAt ?? 0) : 0
    if (at !== 0 && expected.peek()?.at !== at) expected.value = { at, old: client.now() - at > FINISH_LATE }
  })
  const phase = computed<Phase>(() => {
    if (connection.value.state === "ended") return "completed"
    return room.value === null ? "idle" : phaseOf(room.value, seconds.value, finish.value !== null)
  })
  const watch = stopwatch(client, () => finish.value && finish.value.at)

  let first: RoomView | null = null
  client.on((event) =>
    batch(() => {
      first ??= client.room
      const before = known.value
      known.value = client.room
      connection.value = client.connection
      if (event.type === "finish") {
        const { finishedAt: at, missed } = event
        if (last.value?.at !== at) last.value = { at, missed, old: client.room === first }
        isOver.value = false
      } else if (last.value !== null) {
        if (isSetAfter(client.room, last.value.at)) isOver.value = true
        // It was taken back that the timer was set.
        else if (client.room?.lastChange.kind === "undo" && isSetAfter(before, last.value.at)) isOver.value = false
      }
      predict()
    })
  )

  // Somebody else has changed the name of the one at this browser: it is still the same person.
  let names: ReadonlyArray<string> = []
  effect(() => {
    const now = (known.value?.people ?? []).map(({ name }) => name)
    const place = names.indexOf(me.peek() ?? "")
    const others = names.filter((name) => !now.includes(name))
    const next = now[place]
    if (now.length === names.length && others.length === 1 && others[0] === me.peek() && next !== undefined) iAm(next)
    names = now
  })
  // What was refused for want of a connection is no news any more.
  effect(() => {
    if (connection.value.state === "live" && refusal.peek()?.reason === "offline") refusal.value = null
  })

  const press = (command: () => Promise<CommandResult>) => {
    // Whoever has no connection wants one.
    if (isCutOff.peek()) client.reconnect()
    void command().then((result) => {
      refusal.value = result.ok ? null : result
    })
  }

  return {
    code,
    client,
    room,
    isUnconfirmed,
    connection,
    seconds,
    phase,
    finish,
    overtime: computed(() =>
      finish.value === null ? 0 : Math.max(0, Math.floor((watch.value - finish.value.at) / 1_000))
    ),
    startsIn: computed(() => {
      const at = finish.value === null ? null : (room.value?.startsAt ?? null)
      return at === null ? null : Math.max(0, Math.ceil((at - watch.value) / 1_000))
    }),
    isSeen: computed(
      () => finish.value !== null && (room.value?.acknowledgedAt != null || dismissed.value === finish.value.at)
    ),
    looks: computed(() => looksOf((room.value?.people ?? []).map(({ name }) => name))),
    refusal,
    press,
    startOrPause: () => press(() => (room.value?.running ? client.pause() : client.start())),
    addMinute: () => press(() => client.extend(MINUTE)),
    twoMoreMinutes: () => press(() => client.extend(2 * MINUTE, { ifCurrent: true })),
    canAddMinute: computed(() => room.value !== null && mayBeLonger(room.value.periodDuration)),
    dismiss: () => {
      const up = finish.peek()
      if (up === null || room.peek()?.acknowledgedAt != null) return
      dismissed.value = up.at
      // It is no trouble if this cannot be told: the other screens go on asking for somebody.
      void client.acknowledge()
    },
    forgetRefusal: () => {
      refusal.value = null
    },
    me,
    iAm
  }
}
