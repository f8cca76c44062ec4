/**
 * The commands of a room's settings, and the one with which the `mob` command starts a turn.
 */
import { Equal } from "effect"
import { endTurn } from "./Settle.ts"
import { changed, type Command } from "./Commands.ts"
import * as People from "./People.ts"
import { PEOPLE_MAX } from "./PeopleCount.ts"
import type { SettingsChange } from "./RoomInput.ts"
import type { RoomState } from "./RoomState.ts"
import { withFreshBreakCount } from "./TimerCommands.ts"
import { fullTurn } from "./TurnCommands.ts"

/** Changes what is given. Null takes a setting away. */
export const change = ({ autoStart, breaks, goal, missionUrl }: SettingsChange): Command => ({
  name: "a change of settings",
  run: (state, moment) => {
    const next: RoomState = {
      ...state,
      ...(goal !== undefined && { goal: goal ?? "" }),
      ...(missionUrl !== undefined && { missionUrl: missionUrl ?? "" }),
      ...(autoStart !== undefined && !Equal.equals(autoStart, state.autoStart) && { autoStart }),
      ...(autoStart === null && { startsAt: null }),
      ...(breaks !== undefined && !Equal.equals(breaks, state.breaks) && { breaks, turnsSinceBreak: 0 })
    }
    return SETTINGS.every((name) => next[name] === state[name]) ? state : changed(state, moment, "settings", next)
  }
})

const SETTINGS = ["goal", "missionUrl", "autoStart", "breaks"] as const

/** Starts a full turn of `duration` milliseconds, of `user` if there is one and room for them. Turns last so long from now on. */
export const startTurn = (duration: number, user: string | undefined): Command => ({
  name: "start",
  run: (state, moment) => {
    const over = { ...withFreshBreakCount(endTurn(state, moment.now, "next"), moment.now), duration }
    const turn: RoomState = { ...over, period: "turn", breakLength: null, waiting: null, startsAt: null }
    return changed(state, moment, "next", {
      ...fullTurn(withDriver(turn, user), moment.now, true),
      timerChange: "start"
    })
  }
})

const withDriver = (state: RoomState, user: string | undefined): RoomState => {
  if (user === undefined) return People.drive(state, state.driver)
  const isFull = state.people.length >= PEOPLE_MAX
  const people = People.called(state.people, user) !== undefined || isFull ? state : People.add(state, user)
  return People.drive(people, People.called(people.people, user)?.number ?? state.driver)
}
