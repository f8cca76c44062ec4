import { useComputed } from "@preact/signals"
import { text } from "../text/index.ts"
import { opens } from "./open.ts"
import { wholeSeconds } from "./phase.ts"
import { segmentsOf } from "./segments.ts"
import type { Session } from "./session.ts"
import { spanOf, turns } from "./turns.ts"

/** In so many steps the segment of the present turn fills. */
const STEPS = 50

/** The turns so far, in the colours of those who drove, and the present one. It leads to the history. */
export const Strip = ({ session }: { readonly session: Session }) => {
  const { finish, looks, room, seconds } = session
  const { breakIn, history, noTurns, soFar } = text.value
  const done = useComputed(() => {
    const full = wholeSeconds(room.value?.periodDuration ?? 0)
    return full === 0 ? 0 : Math.floor((1 - Math.min(1, seconds.value / full)) * STEPS) / STEPS
  })
  const now = room.value
  if (now === null) return null
  const segments = segmentsOf(turns.value)
  const spent = turns.value.totals.reduce((sum, { drove }) => sum + drove, 0)
  const colourOf = (name: string | undefined) => (name === undefined ? 0 : (looks.value.get(name)?.colour ?? 0))
  const isTurn = now.period === "turn" && finish.value === null
  const spoken = turns.value.totals
    .filter(({ drove }) => drove > 0)
    .map(({ drove, name }) => `${name} ${spanOf(drove)}`)
  return (
    <footer>
      <figure class="strip">
        <figcaption>{soFar(spanOf(spent))}</figcaption>
        <button type="button" class="bars" title={`${history} (H)`} data-command="history" onClick={opens("history")}>
          <span class="spoken">{`${history}: ${spoken.length === 0 ? noTurns : spoken.join(", ")}`}</span>
          {segments.map(({ driver, from, to }) => (
            <i
              key={from}
              class={driver === undefined ? "pause" : driver === now.driver ? "own" : ""}
              data-p={colourOf(driver)}
              style={{ "--w": Math.max(12, (to - from) / 1_000).toFixed() }}
            />
          ))}
          {isTurn && (
            <i
              class="now"
              data-p={colourOf(now.driver)}
              style={{ "--w": (now.periodDuration / 1_000).toFixed(), "--done": `${done.value * 100}%` }}
            />
          )}
        </button>
        <p class="right">{now.breakIn !== null && now.period === "turn" ? breakIn(now.breakIn) : ""}</p>
      </figure>
    </footer>
  )
}
