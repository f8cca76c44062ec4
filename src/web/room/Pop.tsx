import { useComputed } from "@preact/signals"
import { Avatar } from "../parts/Avatar.tsx"
import { Icon } from "../parts/Icon.tsx"
import { Named } from "../parts/Named.tsx"
import { text } from "../text/index.ts"
import { timeText, wholeSeconds } from "./phase.ts"
import type { Session } from "./session.ts"

/** In so many steps the gauge empties. */
const STEPS = 200

/** A room in a small window: time, driver, start or pause, hand over. */
export const Pop = ({ session }: { readonly session: Session }) => {
  const { client, looks, me, overtime, phase, press, room, seconds, startOrPause } = session
  const { connecting, drives, handOver, pause, resume, start, startOf, swap, twoMore, youDrive } = text.value
  const left = useComputed(() => {
    const full = wholeSeconds(room.value?.periodDuration ?? 0)
    return full === 0 ? 0 : Math.ceil((seconds.value / full) * STEPS) / STEPS
  })
  const now = room.value
  if (now === null) return <p class="pop">{connecting}</p>
  const isUp = phase.value === "up"
  const starts = isUp ? <Named text={startOf} name={now.driver} /> : phase.value === "paused" ? resume : start
  return (
    <main class="pop" data-p={looks.value.get(now.driver)?.colour}>
      <div class="row">
        <Avatar name={now.driver} look={looks.value.get(now.driver)} />
        <h1 data-driver={now.driver}>
          {now.driver === me.value ? (
            <b>{youDrive}</b>
          ) : (
            <>
              <bdi>{now.driver}</bdi> {drives}
            </>
          )}
        </h1>
      </div>
      <p class="digits" role="timer" aria-live="off" data-time>
        {timeText(isUp ? overtime.value : seconds.value)}
      </p>
      <div
        class="gauge"
        style={{ "--minutes": Math.max(1, Math.round(now.periodDuration / 60_000)), "--left": `${left.value * 100}%` }}
      />
      <div class="row">
        <button type="button" class="main" data-command={now.running ? "pause" : "start"} onClick={startOrPause}>
          <Icon name={now.running ? "pause" : "play"} />
          <span>{now.running ? pause : starts}</span>
        </button>
        {isUp ? (
          <button type="button" data-command="two-more" onClick={session.twoMoreMinutes}>
            {twoMore}
          </button>
        ) : phase.value === "idle" ? (
          <button type="button" data-command="swap" onClick={() => press(() => client.swap())}>
            {swap}
          </button>
        ) : (
          <button type="button" data-command="next" onClick={() => press(() => client.next())}>
            {handOver}
          </button>
        )}
      </div>
    </main>
  )
}
