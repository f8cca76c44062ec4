/**
 * The states that were read or written last, with the text that stands for them. What a command reads is most often what the command
 * before it has written, and decoding that again would take longer than everything else that the command does.
 */
import { Result } from "effect"
import type { RoomState } from "../../domain/RoomState.ts"
import { decode, type UnreadableRoom } from "../StoredState.ts"

/** How many rooms are known at most: up to 16 MiB of the largest ones, twice. */
const KNOWN_MAX = 1_000

interface Known {
  readonly text: string
  readonly state: RoomState
}

/** Returns an empty memory of states. Nothing in it is trusted: a state counts only for exactly its text. */
export const make = () => {
  const known = new Map<string, Known>()

  const note = (key: string, text: string, state: RoomState): void => {
    known.delete(key)
    known.set(key, { text, state })
    const [oldest] = known.size > KNOWN_MAX ? known.keys() : []
    if (oldest !== undefined) known.delete(oldest)
  }

  return {
    /** Notes that `text` is written for a state under this key. */
    note,
    forget: (key: string): void => void known.delete(key),
    /** Returns the state that `text` stands for. */
    decode: (key: string, text: unknown): Result.Result<RoomState, UnreadableRoom> => {
      const last = known.get(key)
      if (last !== undefined && last.text === text) return Result.succeed(last.state)
      return Result.map(decode(key, text), (state) => {
        note(key, String(text), state)
        return state
      })
    }
  }
}
