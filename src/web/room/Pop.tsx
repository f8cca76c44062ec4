import { useComputed } from "@preact/signals"
import { Avatar } from "../parts/Avatar.tsx"
import { Named } from "../parts/Named.tsx"
import "../style/fields.css"
import "../style/overlay.css"
import "../style/notes.css"
import { text } from "../text/index.ts"
import { First, Second } from "./Actions.tsx"
import { stateOf, timeText, wholeSeconds } from "./phase.ts"
import { Refusal } from "./Refusal.tsx"
import type { Session } from "./session.ts"

/** In so many steps the gauge empties. */
const STEPS = 200

/** A room in a small window: time, driver, start or pause, hand over. */
export const Pop = ({ session }: { readonly session: Session }) => {
  const { code, connection, looks, me, overtime, phase, room, seconds } = session
  const { connection: states, driveNext, drives, ended, missing, onBreak, youDrive } = text.value
  const left = useComputed(() => {
    const full = wholeSeconds(room.value?.periodDuration ?? 0)
    return full === 0 ? 0 : Math.ceil((seconds.value / full) * STEPS) / STEPS
  })
  const now = room.value
  const { state } = connection.value
  if (now === null) return <p class="pop">{state === "missing" ? missing(code) : states[state]}</p>
  const shown = stateOf(phase.value, now.period)
  const isBreak = now.period === "break"
  return (
    <main class={state === "live" ? "pop" : "pop out"} data-p={looks.value.get(now.driver)?.colour}>
      <div class="row">
        <Avatar name={now.driver} look={looks.value.get(now.driver)} />
        <h1 data-driver={now.driver}>
          {isBreak ? (
            <Named text={driveNext} name={now.driver} />
          ) : now.driver === me.value ? (
            <b>{youDrive}</b>
          ) : (
            <>
              <bdi>{now.driver}</bdi> {drives}
            </>
          )}
        </h1>
        <small>{state !== "live" ? states[state] : isBreak ? onBreak : ""}</small>
      </div>
      <p class="digits" role="timer" aria-live="off" data-time>
        {timeText(shown === "up" ? overtime.value : seconds.value)}
      </p>
      <div
        class="gauge"
        style={{ "--minutes": Math.max(1, Math.round(now.periodDuration / 60_000)), "--left": `${left.value * 100}%` }}
      />
      {shown === "completed" ? (
        <p>{ended}</p>
      ) : (
        <div class="row">
          <First session={session} />
          <Second session={session} />
        </div>
      )}
      <Refusal session={session} />
    </main>
  )
}
