import { useComputed } from "@preact/signals"
import { fillOf, timeText, wholeSeconds } from "./phase.ts"
import type { Session } from "./session.ts"

/** In so many steps the ring empties: it is drawn anew no more often than one sees it move. */
const STEPS = 360

/** The ring that empties, and the time in it. */
export const Ring = ({ session, label }: { readonly session: Session; readonly label?: string }) => {
  const { room, seconds } = session
  const full = useComputed(() => wholeSeconds(room.value?.periodDuration ?? 0))
  const time = useComputed(() => timeText(seconds.value))
  const fill = useComputed(() => fillOf(seconds.value, full.value))
  const slots = useComputed(() => timeText(Math.max(seconds.value, full.value)).length)
  const left = useComputed(() => {
    const part = full.value === 0 ? 0 : Math.min(1, Math.ceil((seconds.value / full.value) * STEPS) / STEPS)
    // A whole ring has no seam, and an empty one no dot.
    return part === 1 ? "none" : `${part} 2`
  })
  const isOver = useComputed(() => seconds.value === 0)
  return (
    <div class="ring" data-slots={slots}>
      <svg viewBox="0 0 200 200" aria-hidden="true" focusable="false">
        <circle class="track" cx="100" cy="100" r="90" />
        <circle class="left" cx="100" cy="100" r="90" pathLength="1" stroke-dasharray={left} data-over={isOver} />
      </svg>
      <p class="time" role="timer" data-fill={fill} data-time>
        {time}
      </p>
      {label !== undefined && <p class="phase">{label}</p>}
    </div>
  )
}
