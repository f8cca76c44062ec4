import { useEffect, useState } from "preact/hooks"
import { createRoom } from "../../client/Rooms.ts"
import { pathOf } from "../address.ts"
import { api } from "../api.ts"
import { Avatar } from "../parts/Avatar.tsx"
import { Dialog, type DialogProps } from "../parts/Dialog.tsx"
import "../style/summary.css"
import { clockTime } from "../text/clock.ts"
import { text } from "../text/index.ts"
import { initialOf, looksOf } from "./people.ts"
import { timeText, wholeSeconds } from "./phase.ts"
import { useReopened } from "./reopened.ts"
import { segmentsOf } from "./segments.ts"
import type { Session } from "./session.ts"
import { spanOf, turns } from "./turns.ts"

/** The turns so far: who drove when, and how long. */
export const HistoryDialog = ({ session, onClose }: DialogProps & { readonly session: Session }) => (
  <Dialog title={text.value.history} place="wide" onClose={onClose}>
    <div class="summary">
      <Day session={session} />
      <Totals session={session} />
      <Csv session={session} />
    </div>
  </Dialog>
)

/** A room that is ended. */
export const Summary = ({ session }: { readonly session: Session }) => {
  const { anotherRoom, ended, endedWithout, together, tryAgain, turns: count } = text.value
  useReopened(session)
  const now = session.room.value
  if (now === null) return null
  const all = turns.value.turns
  const [first, last] = [all[0], all.at(-1)]
  const isCompleted = now.status === "COMPLETED"
  return (
    <main class="inner summary" data-summary>
      <div class="title">
        {first === undefined || last === undefined ? (
          <h1>{isCompleted ? ended : endedWithout}</h1>
        ) : (
          <>
            <p class="kind">{isCompleted ? ended : endedWithout}</p>
            <h1>{together(spanOf(last.endedAt - first.startedAt))}</h1>
            <p>
              {clockTime(first.startedAt)} – {clockTime(last.endedAt)} · {count(all.length)}
            </p>
          </>
        )}
      </div>
      <Day session={session} />
      <Totals session={session} />
      <div class="row">
        {isCompleted ? (
          <SamePeople session={session} />
        ) : (
          <a class="button main" href={pathOf(session.code)}>
            {tryAgain}
          </a>
        )}
        <Reopen session={session} />
        <Csv session={session} />
        <a href="/">{anotherRoom}</a>
      </div>
    </main>
  )
}

/** Those who have left have colours too. */
const looksIn = (session: Session) =>
  looksOf([
    ...(session.room.value?.people ?? []).map(({ name }) => name),
    ...turns.value.totals.map(({ name }) => name),
    ...turns.value.turns.map(({ driver }) => driver)
  ])

/** The turns as a band over the time of day. */
const Day = ({ session }: { readonly session: Session }) => {
  const segments = segmentsOf(turns.value)
  const [first, last] = [segments[0], segments.at(-1)]
  if (first === undefined || last === undefined) return <p class="hint">{text.value.noTurns}</p>
  const looks = looksIn(session)
  return (
    <figure class="day">
      <div class="bars" role="img" aria-label={text.value.totals}>
        {segments.map(({ driver, from, to }) => (
          <i
            key={from}
            class={driver === undefined ? "pause" : ""}
            data-p={driver === undefined ? 0 : looks.get(driver)?.colour}
            style={{ "--w": Math.max(12, (to - from) / 1_000).toFixed() }}
          >
            {driver === undefined ? "" : initialOf(driver)}
          </i>
        ))}
      </div>
      <p class="axis" aria-hidden="true">
        <span>{clockTime(first.from)}</span>
        <span>{clockTime(last.to)}</span>
      </p>
    </figure>
  )
}

const Totals = ({ session }: { readonly session: Session }) => {
  const { columns, endedBy, table, totals: title, turns: count } = text.value
  const looks = looksIn(session)
  const driven = turns.value.totals.filter(({ turns }) => turns > 0).toSorted((a, b) => b.drove - a.drove)
  const most = Math.max(1, ...driven.map(({ drove }) => drove))
  if (driven.length === 0) return null
  return (
    <section class="title">
      <h2>{title}</h2>
      <dl class="totals">
        {driven.map(({ drove, name, turns }) => (
          <div key={name} data-p={looks.get(name)?.colour}>
            <dt>
              <Avatar name={name} look={looks.get(name)} />
              <bdi>{name}</bdi>
            </dt>
            <dd>
              <div class="bar-total" style={{ "--share": `${(drove / most) * 100}%` }} />
            </dd>
            <dd class="sum">
              <b>{spanOf(drove)}</b> <small>{count(turns)}</small>
            </dd>
          </div>
        ))}
      </dl>
      <details>
        <summary>{table}</summary>
        <div class="scroll" tabIndex={0} role="region" aria-label={table}>
          <table>
            <thead>
              <tr>
                {columns.map((column) => (
                  <th key={column} scope="col">
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {turns.value.turns.map(({ driver, drove, ended, startedAt, turn }) => (
                <tr key={startedAt}>
                  <td>{turn}</td>
                  <td>
                    <bdi>{driver}</bdi>
                  </td>
                  <td>{clockTime(startedAt)}</td>
                  <td>{timeText(wholeSeconds(drove))}</td>
                  <td>{endedBy[ended]}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </section>
  )
}

const Csv = ({ session }: { readonly session: Session }) => (
  <a class="button" href={session.client.csv} download={`pairroom-${session.code}.csv`} data-command="csv">
    {text.value.csv}
  </a>
)

/** A new room with the same people and settings. */
const SamePeople = ({ session }: { readonly session: Session }) => {
  const { again, notCreated } = text.value
  const [state, setState] = useState<"idle" | "busy" | "refused">("idle")
  const create = async () => {
    const now = session.room.value
    if (now === null || state === "busy") return
    setState("busy")
    const { autoStart, breaks, duration, goal, people } = now
    const room = {
      people: people.map(({ name }) => name),
      timerDuration: duration,
      autoStart,
      breaks,
      goal: goal || null
    }
    const created = await createRoom(room, { api })
    if (created.ok) location.assign(pathOf(created.code))
    else setState("refused")
  }
  return (
    <>
      <button
        type="button"
        class="main"
        data-command="again"
        aria-disabled={state === "busy"}
        onClick={() => void create()}
      >
        {again}
      </button>
      {state === "refused" && (
        <span class="refusal" role="alert">
          {notCreated}
        </span>
      )}
    </>
  )
}

/** For as long as it can be taken back. */
const Reopen = ({ session }: { readonly session: Session }) => {
  const until = session.room.value?.status === "COMPLETED" ? (session.room.value.lastChange.undoUntil ?? 0) : 0
  const [isOver, setOver] = useState(() => session.client.now() >= until)
  useEffect(() => {
    const timeout = setTimeout(() => setOver(true), Math.max(0, until - session.client.now()))
    return () => clearTimeout(timeout)
  }, [until])
  if (isOver) return null
  const reopen = async () => {
    // Its stream has ended for good, so the page begins anew.
    const result = await session.client.reopen()
    if (result.ok || result.reason === "stale") location.reload()
    else setOver(true)
  }
  return (
    <button type="button" data-command="reopen" onClick={() => void reopen()}>
      {text.value.reopen}
    </button>
  )
}
