/** What the tests of the stores, and the processes that they start, write. */
import { Option, Result } from "effect"
import { type AccessCode, create, type RoomState } from "../../src/domain/RoomState.ts"
import type { StoredRoom } from "../../src/store/RoomStore.ts"

/** A new room of two people with ten minutes. */
export const room = (code: string, fields?: Partial<RoomState>): RoomState => ({
  ...create(
    code as AccessCode,
    { driver: "lemon", navigator: "apple", timerDuration: 600_000 },
    {
      now: 0,
      nonce: `id of ${code}`
    }
  ),
  ...fields
})

/** The decision that counts a turn. */
export const nextTurn = (state: RoomState): Result.Result<StoredRoom> =>
  Result.succeed(Option.some({ ...state, turn: state.turn + 1 }))

/** The decision that deletes a room. */
export const remove = (): Result.Result<StoredRoom> => Result.succeed(Option.none())
