/**
 * Rooms that this browser is not in: creates one, and finds out whether there is one.
 */
import type { AccessCode } from "../domain/AccessCode.ts"
import type { NewRoom } from "../domain/RoomInput.ts"
import { browser, type Environment } from "./Environment.ts"
import { ask, type Result } from "./Requests.ts"

export type { NewRoom }

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
