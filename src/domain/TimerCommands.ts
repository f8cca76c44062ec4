/**
 * The commands of the timer: start, stop, update, reset, and the ones that end a room or its streams.
 */
import { endTurn, turnStopped, started } from "./Settle.ts"
import { changed, type Command } from "./Commands.ts"
import type { TimerSetting } from "./RoomInput.ts"
import { remaining, type RoomState } from "./RoomState.ts"
import { isRunning, paused, running } from "./Timer.ts"

/** After this time without a running timer the turns until the next break are counted from the start, in milliseconds. */
const IDLE_MAX = 30 * 60_000

/** Returns the state with no turn counted since the last break, if the timer has not run for a long time. Else the same state. */
export const withFreshBreakCount = (state: RoomState, now: number): RoomState =>
  state.ranUntil !== null && now - state.ranUntil >= IDLE_MAX && !isRunning(state.timer)
    ? { ...state, turnsSinceBreak: 0 }
    : state

/** Returns the state with a timer that stands at `left` milliseconds. */
export const stopped = (state: RoomState, now: number, left: number): RoomState => ({
  ...(isRunning(state.timer) ? { ...turnStopped(state, now), ranUntil: now } : state),
  timer: paused(left)
})

export const start: Command = {
  name: "start",
  run: (state, moment) =>
    isRunning(state.timer)
      ? state
      : changed(state, moment, "start", {
          ...started(withFreshBreakCount(state, moment.now), moment.now),
          timerChange: "start"
        })
}

export const pause: Command = {
  name: "stop",
  run: (state, moment) =>
    isRunning(state.timer) || state.startsAt !== null
      ? changed(state, moment, "pause", {
          ...stopped(state, moment.now, remaining(state, moment.now)),
          startsAt: null,
          timerChange: "pause"
        })
      : state
}

/** Sets the length of turns, and what is left of the present one. A break goes on as it is. */
export const update = (setting: TimerSetting): Command => ({
  name: "update",
  run: (state, moment) => {
    const { duration } = setting
    const left = setting.remainingTime || duration
    return changed(state, moment, "update", {
      timerChange: "update",
      duration,
      ...(state.period === "turn" && {
        periodDuration: duration,
        timer: isRunning(state.timer) ? running(moment.now + left) : paused(left)
      })
    })
  }
})

export const reset: Command = {
  name: "reset",
  run: (state, moment) => {
    const full = state.breakLength ?? state.duration
    const isFull = !isRunning(state.timer) && state.timer.remaining === full && state.periodDuration === full
    return isFull && state.startsAt === null
      ? state
      : changed(state, moment, "reset", {
          ...stopped(state, moment.now, full),
          periodDuration: full,
          startsAt: null,
          timerChange: isRunning(state.timer) ? "pause" : "update"
        })
  }
}

export const complete: Command = {
  name: "completion",
  whenCompleted: true,
  run: (state, moment) => {
    if (state.status === "COMPLETED") return state
    const ended = endTurn(stopped(state, moment.now, remaining(state, moment.now)), moment.now, "complete")
    return changed(state, moment, "complete", {
      ...ended,
      // No turn follows.
      turn: state.turn,
      status: "COMPLETED",
      startsAt: null,
      timerChange: "complete"
    })
  }
}

/** Ends the streams of the room on purpose. The room and its `id` stay the same for clients. */
export const endStreams: Command = {
  name: "ending the streams",
  whenCompleted: true,
  run: (state) => ({ ...state, streamsEnded: state.streamsEnded + 1 })
}
