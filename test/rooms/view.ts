/** A room as its clients see it, for tests of what is shown of it. */
import type { RoomView } from "../../src/domain/RoomView.ts"
import type { AccessCode } from "../../src/domain/RoomState.ts"

const ROOM: RoomView = {
  driver: "lemon",
  navigator: "apple",
  status: "IN_PROGRESS",
  duration: 60_000,
  remainingTime: 60_000,
  missionUrl: "",
  id: "a",
  accessCode: "2WQYYFY8H7RFD" as AccessCode,
  running: false,
  endsAt: null,
  turn: 1,
  finishedAt: null,
  connections: 1,
  serverTime: 0,
  people: [
    { name: "lemon", away: false },
    { name: "apple", away: false }
  ],
  here: [],
  period: "turn",
  periodDuration: 60_000,
  startsAt: null,
  autoStart: null,
  breaks: null,
  breakIn: null,
  goal: "",
  acknowledgedAt: null,
  lastChange: { kind: "create", by: null, at: 0, undoUntil: null }
}

/** A room that nobody has started, but for what is said. */
export const viewed = (said: Partial<RoomView> = {}): RoomView => ({ ...ROOM, ...said })
