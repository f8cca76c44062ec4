/** A process that keeps writing rooms to the file it is given, and prints each state once it is acknowledged. */
import { Effect } from "effect"
import { writeSync } from "node:fs"
import type { RoomState } from "../../src/domain/RoomState.ts"
import { running } from "../../src/domain/Timer.ts"
import { RoomStore } from "../../src/store/RoomStore.ts"
import * as SqliteRoomStore from "../../src/store/SqliteRoomStore.ts"
import { nextTurn, room } from "./rooms.ts"

const WRITERS = ["A", "B", "C", "D"]
const TURNS = 5

const print = (state: RoomState) => Effect.sync(() => writeSync(1, `${JSON.stringify(state)}\n`))

const writeRoom = Effect.fnUntraced(function* (code: string) {
  const store = yield* RoomStore
  const endsAt = (yield* store.now) + 600_000
  const state = room(code, { timer: running(endsAt), change: "start", timerChange: "start" })
  yield* store.create(state)
  yield* print(state)
  for (let turn = 0; turn < TURNS; turn++) {
    const changed = yield* store.modify(state.accessCode, nextTurn)
    yield* print(yield* Effect.fromOption(changed))
  }
})

const writeRooms = Effect.fnUntraced(function* (writer: string) {
  for (let count = 0; ; count++) yield* writeRoom(`${writer}${count}`)
})

await Effect.forEach(WRITERS, writeRooms, { concurrency: "unbounded" }).pipe(
  Effect.provide(SqliteRoomStore.layer(process.argv[2] ?? "")),
  Effect.runPromise
)
