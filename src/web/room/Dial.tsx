import { effect, type ReadonlySignal, useComputed } from "@preact/signals"
import { useLayoutEffect, useMemo, useRef } from "preact/hooks"
import { Icon } from "../parts/Icon.tsx"
import { Named } from "../parts/Named.tsx"
import { clockTime } from "../text/clock.ts"
import { text } from "../text/index.ts"
import { marksOfDial, pointsAt } from "./dial.ts"
import { LAST_SECONDS, type State, stateOf, timeText, wholeSeconds } from "./phase.ts"
import type { Session } from "./session.ts"

/** In so many steps the ring empties: it is drawn anew no more often than one sees it move. */
const STEPS = 360

/** The first of the rings of overtime, the distance to the next one, and how many there are. Each stands for a minute. */
const OVER = { first: 174, step: 7, count: 4 }

/** The ring that empties, with a mark for each minute, and the time in it. What changes each second is bound to signals. */
export const Dial = ({ session, plain = false }: { readonly session: Session; readonly plain?: boolean }) => {
  const { overtime, phase, room, seconds, startsIn } = session
  const state = useComputed(() => stateOf(phase.value, room.value?.period))
  const isOvertime = useComputed(() => state.value === "up" && startsIn.value === null)
  const full = useComputed(() => {
    if (state.value === "up") return wholeSeconds(room.value?.autoStart?.after ?? 0)
    return state.value === "last" ? LAST_SECONDS : wholeSeconds(room.value?.periodDuration ?? 0)
  })
  const left = useComputed(() => startsIn.value ?? seconds.value)
  const shown = useComputed(() => (isOvertime.value ? overtime.value : left.value))
  const part = useComputed(() =>
    full.value === 0 ? 0 : Math.min(1, Math.ceil((left.value / full.value) * STEPS) / STEPS)
  )
  return (
    <section class="dial">
      <div class="face ring">
        {isOvertime.value ? (
          <Overtime seconds={overtime} />
        ) : (
          <Marks full={full.value} state={state.value} part={part} />
        )}
        <div class="read">
          {!plain && <Above session={session} />}
          <Digits seconds={shown} />
          {!plain && <Below session={session} />}
        </div>
      </div>
    </section>
  )
}

interface MarksProps {
  readonly full: number
  readonly state: State
  readonly part: ReadonlySignal<number>
}

const Marks = ({ full, state, part }: MarksProps) => {
  const isOpen = state === "idle" || state === "paused"
  const { cuts, large, small } = useMemo(() => marksOfDial(full), [full])
  const dash = useComputed(() => `${part.value} 1`)
  const turn = useComputed(() => `rotate(${part.value * 360})`)
  const hand = useComputed(() => (part.value > 0 && part.value < 1 ? "visible" : "hidden"))
  return (
    <svg viewBox="-200 -200 400 400" aria-hidden="true" focusable="false">
      <pattern id="hatch" width="9" height="9" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect class="hatch" width="4.5" height="9" />
      </pattern>
      {isOpen ? (
        <>
          <circle class="edge" r="194" />
          <circle class="edge" r="174" />
        </>
      ) : (
        <circle class="track" r="184" />
      )}
      {state !== "idle" && (
        <circle class="arc" r="184" pathLength="1" stroke-dasharray={dash} transform="rotate(-90)" />
      )}
      <path class={isOpen ? "edge" : "cut"} d={cuts} />
      <path class="tick" d={small} />
      <path class="tick big" d={large} />
      <path class="hand" d={pointsAt(0, [162, 197])} transform={turn} visibility={hand} />
    </svg>
  )
}

/** Each minute of overtime leaves its ring. */
const Overtime = ({ seconds }: { readonly seconds: ReadonlySignal<number> }) => {
  const rings = useComputed(() => Math.min(OVER.count, Math.floor(seconds.value / 60) + 1))
  const dash = useComputed(() => `${(seconds.value % 60) / 60} 1`)
  return (
    <svg viewBox="-200 -200 400 400" aria-hidden="true" focusable="false">
      <circle class="edge" r="166" />
      <circle class="edge" r="146" />
      {Array.from({ length: rings.value }, (_, ring) => {
        const radius = OVER.first + ring * OVER.step
        const isLast = ring === rings.value - 1
        return (
          <g key={ring}>
            <circle class="over-track" r={radius} />
            <circle
              class="over"
              r={radius}
              pathLength="1"
              stroke-dasharray={isLast ? dash : "1 1"}
              transform="rotate(-90)"
            />
          </g>
        )
      })}
    </svg>
  )
}

/** The digits. The colon is drawn, so that it sits alike in every font. */
const Digits = ({ seconds }: { readonly seconds: ReadonlySignal<number> }) => {
  const count = useComputed(() => timeText(seconds.value).split(":").length)
  return (
    <p class={count.value > 2 ? "digits long" : "digits"} role="timer" aria-live="off" translate={false} data-time>
      {Array.from({ length: count.value }, (_, place) => (
        <>
          {place > 0 && <i>:</i>}
          <Part seconds={seconds} place={place} />
        </>
      ))}
    </p>
  )
}

/** The hours, the minutes or the seconds. */
const Part = ({ seconds, place }: { readonly seconds: ReadonlySignal<number>; readonly place: number }) => {
  const box = useRef<HTMLSpanElement>(null)
  const said = useComputed(() => timeText(seconds.value).split(":")[place] ?? "")
  // An extension that rewrites texts takes the text node away. Where it is still there it is kept: for a new one the browser looks at
  // the styles of the whole room anew, each second.
  useLayoutEffect(
    () =>
      effect(() => {
        const [words, span] = [said.value, box.current]
        if (span?.firstChild?.nodeType === Node.TEXT_NODE) span.firstChild.nodeValue = words
        else if (span !== null) span.textContent = words
      }),
    []
  )
  return <span ref={box} />
}

const Above = ({ session }: { readonly session: Session }) => {
  const { isUnconfirmed, phase, room, startsIn } = session
  const { driveNext, onBreak, overtime, paused, ready, timeUp, turn, unsure } = text.value
  const now = room.value
  if (now === null) return null
  const state = stateOf(phase.value, now.period)
  const said = isUnconfirmed.value ? (
    <span class="unsure">{unsure}</span>
  ) : state === "up" ? (
    startsIn.value === null ? (
      overtime
    ) : (
      timeUp
    )
  ) : phase.value === "paused" ? (
    <>
      <Icon name="pause" /> {paused}
    </>
  ) : state === "break" ? (
    <>
      <Icon name="cup" /> {onBreak}
    </>
  ) : state === "last" ? (
    <Named text={driveNext} name={now.navigator} />
  ) : state === "idle" ? (
    ready
  ) : (
    turn(now.turn)
  )
  return <p class="above">{said}</p>
}

const Below = ({ session }: { readonly session: Session }) => {
  const { finish, phase, room } = session
  const { at, backAt, ends, pausedBy, since, turn } = text.value
  const now = room.value
  if (now === null) return null
  const { by, kind, at: changedAt } = now.lastChange
  const said =
    finish.value !== null ? (
      since(clockTime(finish.value.at))
    ) : now.endsAt !== null ? (
      (now.period === "break" ? backAt : ends)(clockTime(now.endsAt))
    ) : phase.value === "paused" && kind === "pause" && by !== null ? (
      <span>
        <Named text={pausedBy} name={by} /> {at(clockTime(changedAt))}
      </span>
    ) : (
      turn(now.turn)
    )
  return <p class="below">{said}</p>
}
