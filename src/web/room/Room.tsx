import { effect } from "@preact/signals"
import { useState } from "preact/hooks"
import { later } from "../parts/later.tsx"
import { pathOf } from "../address.ts"
import { Brand } from "../parts/Brand.tsx"
import { Settings } from "../parts/Settings.tsx"
import { remembered } from "../remembered.ts"
import { forget, rooms } from "../rooms.ts"
import "../style/stage.css"
import "../style/side.css"
import "../style/screens.css"
import { text } from "../text/index.ts"
import { watchTime } from "./alarm.ts"
import { announcer } from "./announcer.ts"
import { ConnectionMark } from "./ConnectionMark.tsx"
import { Controls } from "./Controls.tsx"
import { prepareDialogs } from "./dialogs.ts"
import { listenToKeys } from "./keyboard.ts"
import { watchPermission } from "./notification.ts"
import { LastChange, newsOf } from "./LastChange.tsx"
import { Readiness } from "./Readiness.tsx"
import { Refusal } from "./Refusal.tsx"
import { Ring } from "./Ring.tsx"
import { Roles } from "./Roles.tsx"
import { Rota } from "./Rota.tsx"
import type { Session } from "./session.ts"
import { Share } from "./Share.tsx"
import { unlockByTouch } from "./sound.ts"
import { paint, drawTab } from "./tab.ts"
import { TimeUp } from "./TimeUp.tsx"
import { keepAwake } from "./wakeLock.ts"
import { Who } from "./Who.tsx"

/** When what the first view does not need is loaded, in milliseconds. */
const DIALOGS_AFTER = 2_000

const Home = later(() => import("../home/Home.tsx").then((module) => module.Home))

/** All that a room does besides showing itself. */
const accompany = (session: Session) => {
  unlockByTouch()
  watchPermission()
  paint(session)
  drawTab(session)
  keepAwake(session)
  listenToKeys(session)
  effect(() => {
    const room = session.room.value
    if (room !== null) rooms.value = remembered(rooms.peek(), room)
    if (session.connection.value.state === "missing") forget(session.code)
  })
  setTimeout(prepareDialogs, DIALOGS_AFTER)
  return { alarm: watchTime(session), isNews: newsOf(session), said: announcer(session) }
}

/** A room: how long is left, whose turn it is, and what can be done about it. */
export const Room = ({ session }: { readonly session: Session }) => {
  const [{ alarm, isNews, said }] = useState(() => accompany(session))
  const { code, connection, phase, room } = session
  const { state } = connection.value
  const { anotherRoom, completed, connecting, ended, lookAgain, home, onBreak, phases, roomOf, turn, uncertain } =
    text.value
  if (state === "missing") return <Home missing={code} />
  const isCompleted = phase.value === "completed"
  return (
    <div class="room">
      <header class="bar">
        <Brand title={home} />
        <ConnectionMark session={session} />
        <span class="gap" />
        <Share code={room.value?.accessCode ?? code} />
        <Settings />
      </header>
      {room.value === null ? (
        <main class="waiting">
          <h1>{connecting}</h1>
        </main>
      ) : (
        <main class={state === "live" ? "stage" : "stage out"}>
          <h1 class="spoken">{roomOf(room.value.driver, room.value.navigator)}</h1>
          <Ring
            session={session}
            label={`${phases[phase.value]} · ${room.value.period === "break" ? onBreak : turn(room.value.turn)}`}
          />
          <div class="side">
            <Roles session={session} canSwap={!isCompleted} />
            <Rota session={session} />
            <Who session={session} />
            {isCompleted ? (
              <p class="event up">
                {room.value.status === "COMPLETED" ? (
                  completed
                ) : (
                  <>
                    {ended} <a href={pathOf(code)}>{lookAgain}</a>
                  </>
                )}
                <a href="/">{anotherRoom}</a>
              </p>
            ) : (
              <>
                <div class="slot">
                  <Refusal session={session} />
                  {session.refusal.value === null &&
                    (isNews.value ? <LastChange session={session} /> : <TimeUp session={session} alarm={alarm} />)}
                </div>
                <Controls session={session} />
                <Readiness />
              </>
            )}
            {room.value.uncertain && <p class="hint">{uncertain}</p>}
          </div>
        </main>
      )}
      <p class="spoken" role="status" data-said>
        {said}
      </p>
    </div>
  )
}
