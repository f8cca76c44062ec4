/**
 * The commands that a person can give.
 */
import type { AccessCode } from "../domain/AccessCode.ts"
import type { NewRoom, PersonChange, TimerSetting } from "../domain/RoomInput.ts"
import { browser, type Environment } from "./Environment.ts"
import { ask, type Asked, failure, type Failure, type Result } from "./Requests.ts"
import type { RoomUpdate } from "./RoomUpdate.ts"

export type { NewRoom, TimerSetting }

export type CommandResult = Result

export interface CommandOptions {
  /** Only if the room is still as this page shows it. So when two people press at once, one command acts. */
  readonly ifCurrent?: boolean
}

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

  start(options?: CommandOptions): Promise<CommandResult> {
    return this.#send(`/${this.#code}/timer/start`, options)
  }

  pause(options?: CommandOptions): Promise<CommandResult> {
    return this.#send(`/${this.#code}/timer/stop`, options)
  }

  reset(options?: CommandOptions): Promise<CommandResult> {
    return this.#send(`/${this.#code}/timer/reset`, options)
  }

  update(setting: TimerSetting, options?: CommandOptions): Promise<CommandResult> {
    return this.#send(`/${this.#code}/timer`, options, setting)
  }

  /** Gives the present period `time` milliseconds more. Right after a finish, it takes the finish back. */
  extend(time: number, options?: CommandOptions): Promise<CommandResult> {
    return this.#send(`/${this.#code}/timer/extend`, options, { time })
  }

  /** Two people who hand over at once hand over once: by default it is only for the turn that is shown. In a break, it ends the break. */
  next(options: CommandOptions = { ifCurrent: true }): Promise<CommandResult> {
    return this.#send(`/${this.#code}/timer/next`, options)
  }

  /** Acknowledges the last finish: the alarm ends on every screen. */
  acknowledge(): Promise<CommandResult> {
    return this.#send(`/${this.#code}/timer/ack`)
  }

  /** Begins a break. */
  takeBreak(options: CommandOptions = { ifCurrent: true }): Promise<CommandResult> {
    return this.#send(`/${this.#code}/timer/break`, options, {})
  }

  /** Takes the last change back that is shown. */
  undo(options: CommandOptions = { ifCurrent: true }): Promise<CommandResult> {
    return this.#send(`/${this.#code}/undo`, options)
  }

  /** Two swaps cancel each other out. So by default a swap is only for the roles that are shown. */
  swap(options: CommandOptions = { ifCurrent: true }): Promise<CommandResult> {
    return this.#send(`/pair-room/${this.#code}/pair-swap`, options)
  }

  complete(options?: CommandOptions): Promise<CommandResult> {
    return this.#send(`/pair-room/${this.#code}/status`, options, { status: "COMPLETED" })
  }

  addPerson(name: string): Promise<CommandResult> {
    return this.#send(`/pair-room/${this.#code}/people`, {}, { name }, "POST")
  }

  changePerson(name: string, change: PersonChange): Promise<CommandResult> {
    return this.#send(`/pair-room/${this.#code}/people/${encodeURIComponent(name)}`, {}, change)
  }

  removePerson(name: string): Promise<CommandResult> {
    return this.#send(`/pair-room/${this.#code}/people/${encodeURIComponent(name)}`, {}, undefined, "DELETE")
  }

  async #send(
    path: string,
    options?: CommandOptions,
    body?: unknown,
    method: "POST" | "PATCH" | "DELETE" = "PATCH"
  ): Promise<CommandResult> {
    const { room, state } = this.#seen()
    if (state === "ended") return failure("closed", "The room is closed.")
    if (state === "missing") return failure("gone", "No room has this access code.")
    // It is not kept for later: by then nobody may want it any more.
    if (state !== "live" || room === null) return failure("offline", "Not connected; nothing was sent.")
    const request: Asked = { method, body, ifMatch: options?.ifCurrent ? room.id : undefined }
    const me = this.#me()
    const by = me === undefined ? "" : `?by=${encodeURIComponent(me)}`
    const result = await ask(this.#environment, this.#api + path + by, request)
    if (!result.ok && result.reason === "unknown") this.#onSilence()
    return result.ok ? { ok: true } : result
  }
}

export interface ApiOptions {
  /** The prefix of the API, such as `/api`; empty for none. */
  readonly api: string
  readonly environment?: Pick<Environment, "fetch">
}

/** Creates a room. Returns its access code. */
export const createRoom = async (
  room: NewRoom,
  { api, environment = browser() }: ApiOptions
): Promise<Result<{ readonly code: AccessCode }>> => {
  const result = await ask(environment, `${api}/pair-room`, { method: "POST", body: room })
  return result.ok ? { ok: true, code: (result.value as { readonly accessCode: AccessCode }).accessCode } : result
}

/** Does a room exist? */
export const exists = async (
  code: string,
  { api, environment = browser() }: ApiOptions
): Promise<Result<{ readonly exists: boolean }>> => {
  const result = await ask(environment, `${api}/pair-room/exists?access_code=${encodeURIComponent(code)}`)
  return result.ok ? { ok: true, exists: (result.value as { readonly exists: boolean }).exists } : result
}

export type { Failure }
