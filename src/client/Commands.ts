/**
 * The commands that a person can give.
 */
import type { PersonChange, SettingsChange, TimerSetting } from "../domain/RoomInput.ts"
import type { TurnsView } from "../domain/TurnLog.ts"
import type { Environment } from "./Environment.ts"
import { ask, failure, isSilence, type Result } from "./Requests.ts"
import type { RoomUpdate, RoomView } from "./RoomUpdate.ts"

export type { SettingsChange, TimerSetting, TurnsView }

/** What came of a command. The promise of a command never fails. */
export type CommandResult = Result

export interface CommandOptions {
  /** Only if the room is still as this page shows it. So when two people press at once, one command acts. */
  readonly ifCurrent?: boolean
}

interface Order {
  /** After the prefix of the API. */
  readonly path: string
  readonly method?: "POST" | "PATCH" | "DELETE"
  readonly body?: unknown
  readonly options?: CommandOptions | undefined
  /** Has the room become what the command was to make of it? Then somebody else was faster, which is no failure. */
  readonly isDone?: (now: RoomView, shown: RoomView) => boolean
  /** Is it about the room as it is now, too? By default it is, if nothing of `essence` has changed. */
  readonly isStill?: (now: RoomView, shown: RoomView) => boolean
}

/** What a command for the room as it is shown is about. Other people, another goal or an `ack` do not matter to it. */
const essence = ({
  driver,
  endsAt,
  navigator,
  period,
  periodDuration,
  remainingTime,
  running,
  status,
  turn
}: RoomView) =>
  JSON.stringify([driver, navigator, status, period, periodDuration, running, running ? endsAt : remainingTime, turn])

/** The commands of one room. The stream may show the change before or after the result of the command. */
export class Commands {
  readonly #environment: Pick<Environment, "fetch">
  readonly #api: string
  readonly #code: string
  readonly #seen: () => Pick<RoomUpdate, "state" | "room">
  readonly #me: () => string | undefined
  readonly #onSilence: () => void

  /** `seen` is the room as it is shown now, `me` the name of who presses. `onSilence` is called when a command gets no answer. */
  constructor(
    environment: Pick<Environment, "fetch">,
    api: string,
    code: string,
    seen: () => Pick<RoomUpdate, "state" | "room">,
    me: () => string | undefined,
    onSilence: () => void
  ) {
    this.#environment = environment
    this.#api = api
    this.#code = encodeURIComponent(code)
    this.#seen = seen
    this.#me = me
    this.#onSilence = onSilence
  }

  /** Starts the timer. */
  start(options?: CommandOptions): Promise<CommandResult> {
    return this.#send({ path: `/${this.#code}/timer/start`, options, isDone: ({ running }) => running })
  }

  /** Pauses the timer. The remaining time is kept. */
  pause(options?: CommandOptions): Promise<CommandResult> {
    return this.#send({ path: `/${this.#code}/timer/stop`, options })
  }

  /** Stops the timer and sets it to the full length of the period, without extensions. */
  reset(options?: CommandOptions): Promise<CommandResult> {
    return this.#send({ path: `/${this.#code}/timer/reset`, options })
  }

  /** Sets the length of turns, and what is left of the present one, in milliseconds. A running timer runs on from there. */
  update(setting: TimerSetting, options?: CommandOptions): Promise<CommandResult> {
    return this.#send({ path: `/${this.#code}/timer`, options, body: setting })
  }

  /** Gives the present period `time` milliseconds more. Right after a finish, it takes the finish back. */
  extend(time: number, options?: CommandOptions): Promise<CommandResult> {
    return this.#send({ path: `/${this.#code}/timer/extend`, options, body: { time } })
  }

  /** Two people who hand over at once hand over once: by default it is only for the turn that is shown. In a break, it ends the break. */
  next(options: CommandOptions = { ifCurrent: true }): Promise<CommandResult> {
    return this.#send({
      path: `/${this.#code}/timer/next`,
      options,
      isDone: (now, shown) => now.driver !== shown.driver || now.period !== shown.period
    })
  }

  /** Acknowledges the last finish: the alarm ends on every screen. */
  acknowledge(): Promise<CommandResult> {
    return this.#send({ path: `/${this.#code}/timer/ack` })
  }

  /** Begins a break. */
  takeBreak(options: CommandOptions = { ifCurrent: true }): Promise<CommandResult> {
    return this.#send({
      path: `/${this.#code}/timer/break`,
      options,
      body: {},
      isDone: ({ period, running }) => running && period === "break"
    })
  }

  /** Takes the last change back that is shown. */
  undo(options: CommandOptions = { ifCurrent: true }): Promise<CommandResult> {
    return this.#send({
      path: `/${this.#code}/undo`,
      options,
      isDone: ({ lastChange }) => lastChange.kind === "undo",
      // Another change would be taken back, which this person has not seen.
      isStill: (now, shown) =>
        now.lastChange.at === shown.lastChange.at && now.lastChange.kind === shown.lastChange.kind
    })
  }

  /** Two swaps cancel each other out. So by default a swap is only for the roles that are shown. */
  swap(options: CommandOptions = { ifCurrent: true }): Promise<CommandResult> {
    return this.#send({
      path: `/pair-room/${this.#code}/pair-swap`,
      options,
      isDone: (now, shown) => now.driver === shown.navigator
    })
  }

  /** Completes the room: the timer stops for good, and every stream ends. */
  complete(options?: CommandOptions): Promise<CommandResult> {
    return this.#send({ path: `/pair-room/${this.#code}/status`, options, body: { status: "COMPLETED" } })
  }

  /** Changes what is given. Null takes a setting away. */
  changeSettings(settings: SettingsChange): Promise<CommandResult> {
    return this.#send({ path: `/pair-room/${this.#code}`, body: settings })
  }

  /** Adds somebody at the end of the order. */
  addPerson(name: string): Promise<CommandResult> {
    return this.#send({ path: `/pair-room/${this.#code}/people`, body: { name }, method: "POST" })
  }

  /** Gives the people another order. `order` has the names of all of them. */
  reorder(order: ReadonlyArray<string>): Promise<CommandResult> {
    return this.#send({ path: `/pair-room/${this.#code}/people`, body: { order } })
  }

  /** Renames somebody, or notes that somebody is away or back. */
  changePerson(name: string, change: PersonChange): Promise<CommandResult> {
    return this.#send({ path: `/pair-room/${this.#code}/people/${encodeURIComponent(name)}`, body: change })
  }

  /** Somebody leaves the room. */
  removePerson(name: string): Promise<CommandResult> {
    return this.#send({ path: `/pair-room/${this.#code}/people/${encodeURIComponent(name)}`, method: "DELETE" })
  }

  /** Takes back that the room was completed. It is `stale` where somebody else has done so. */
  async reopen(): Promise<CommandResult> {
    const ifMatch = this.#seen().room?.id
    const result = await ask(this.#environment, `${this.#api}/${this.#code}/undo${this.#author}`, {
      method: "PATCH",
      ifMatch
    })
    return result.ok ? { ok: true } : result
  }

  /** Is the room not completed? It asks the service; false where it does not answer. */
  async isOpen(): Promise<boolean> {
    return (await this.#room())?.status === "IN_PROGRESS"
  }

  /** The address of the ended turns as CSV. */
  get csv(): string {
    return `${this.#api}/pair-room/${this.#code}/turns?format=csv`
  }

  /** Returns the last 100 ended turns, and for how many milliseconds everybody has driven. */
  async turns(): Promise<Result<{ readonly turns: TurnsView }>> {
    const result = await ask(this.#environment, `${this.#api}/pair-room/${this.#code}/turns`)
    return result.ok ? { ok: true, turns: result.value as TurnsView } : result
  }

  async #send({ path, method = "PATCH", body, options, isDone, isStill }: Order): Promise<CommandResult> {
    const { room, state } = this.#seen()
    if (state === "ended") return failure("closed", "The room is closed.")
    if (state === "missing") return failure("gone", "No room has this access code.")
    // It is not kept for later: by then nobody may want it any more.
    if (state !== "live" || room === null) return failure("offline", "Not connected; nothing was sent.")
    const url = `${this.#api}${path}${this.#author}`
    const send = (ifMatch: string | undefined) => ask(this.#environment, url, { method, body, ifMatch })
    const first = await send(options?.ifCurrent ? room.id : undefined)
    const now = !first.ok && first.reason === "stale" ? await this.#room() : undefined
    if (now !== undefined && isDone?.(now, room)) return { ok: true }
    // Nothing that matters to it has changed meanwhile.
    const isSame = now !== undefined && essence(now) === essence(room) && isStill?.(now, room) !== false
    const result = isSame ? await send(now.id) : first
    if (!result.ok && isSilence(result)) this.#onSilence()
    return result.ok ? { ok: true } : result
  }

  get #author(): string {
    const me = this.#me()
    return me === undefined ? "" : `?by=${encodeURIComponent(me)}`
  }

  async #room(): Promise<RoomView | undefined> {
    const result = await ask(this.#environment, `${this.#api}/pair-room/${this.#code}`)
    return result.ok ? (result.value as RoomView) : undefined
  }
}
