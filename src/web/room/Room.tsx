import { effect } from "@preact/signals"
import { useState } from "preact/hooks"
import { Brand } from "../parts/Brand.tsx"
import { Notes } from "../parts/Notes.ts"
import { later } from "../parts/later.tsx"
import { remembered } from "../remembered.ts"
import { forget, rooms } from "../rooms.ts"
import "../style/dial.css"
import "../style/stage.css"
import "../style/side.css"
import "../style/handover.css"
import "../style/notes.css"
import "../style/screens.css"
import { text } from "../text/index.ts"
import { Actions } from "./Actions.tsx"
import { watchTime } from "./alarm.ts"
import { announcer } from "./announcer.ts"
import { Ask } from "./Ask.tsx"
import { Banner } from "./Banner.tsx"
import { Bar } from "./Bar.tsx"
import { Dial } from "./Dial.tsx"
import {
  GoalDialog,
  HistoryDialog,
  MenuDialog,
  MoreDialog,
  PeopleDialog,
  prepareDialogs,
  SettingsDialog,
  ShareDialog,
  ShortcutsDialog,
  Summary
} from "./dialogs.ts"
import { HandOver } from "./HandOver.tsx"
import { listenToKeys } from "./keyboard.ts"
import { newsOf } from "./LastChange.tsx"
import { followPlaces } from "./motion.ts"
import { watchPermission } from "./notification.ts"
import { close, dialog } from "./open.ts"
import { Lead, Next } from "./People.tsx"
import type { Session } from "./session.ts"
import { unlockByTouch } from "./sound.ts"
import { Strip } from "./Strip.tsx"
import { drawTab, paint } from "./tab.ts"
import { Toast } from "./Toast.tsx"
import { followTurns } from "./turns.ts"
import { keepAwake } from "./wakeLock.ts"

/** When what the first view does not need is loaded, in milliseconds. */
const DIALOGS_AFTER = 2_000

const Home = later(() => import("../home/Home.tsx").then((module) => module.Home))

const DIALOGS = {
  settings: SettingsDialog,
  people: PeopleDialog,
  share: ShareDialog,
  menu: MenuDialog,
  more: MoreDialog,
  shortcuts: ShortcutsDialog,
  goal: GoalDialog,
  history: HistoryDialog
}

/** All that a room does besides showing itself. */
const accompany = (session: Session) => {
  unlockByTouch()
  void watchPermission()
  paint(session)
  drawTab(session)
  keepAwake(session)
  listenToKeys(session)
  watchTime(session)
  followTurns(session)
  followPlaces(session)
  effect(() => {
    const room = session.room.value
    if (room !== null) rooms.value = remembered(rooms.peek(), room)
    if (session.connection.value.state === "missing") forget(session.code)
  })
  setTimeout(prepareDialogs, DIALOGS_AFTER)
  return { news: newsOf(session), said: announcer(session) }
}

/** A room: how long is left, whose turn it is, and what can be done about it. */
export const Room = ({ session }: { readonly session: Session }) => {
  const [{ news, said }] = useState(() => accompany(session))
  const { code, connection, phase, room } = session
  const { connecting, home, roomOf } = text.value
  if (connection.value.state === "missing") return <Home missing={code} />
  const now = room.value
  const notes = phase.value === "completed" ? null : <Toast session={session} news={news} />
  const Dialog = dialog.value === null ? null : DIALOGS[dialog.value]
  return (
    <>
      {now === null ? (
        <div class="room">
          <header class="bar">
            <Brand title={home} />
            <p class="live" data-connection={connection.value.state} />
          </header>
          <Banner session={session} />
          <main class="waiting">
            <h1>{connecting}</h1>
          </main>
        </div>
      ) : phase.value === "completed" ? (
        <div class="page">
          <Bar session={session} />
          <Summary session={session} />
        </div>
      ) : (
        <div
          class={connection.value.state === "live" ? "room" : "room out"}
          onClickCapture={({ target }) => {
            // Any button stops the sound. The commands of the hand-over do it by what they are.
            const button = target instanceof Element ? target.closest("button") : null
            if (button !== null && button.closest(".acts-main, [data-command=skip]") === null) session.dismiss()
          }}
        >
          <Bar session={session} />
          <Banner session={session} />
          <main class="stage" aria-label={roomOf(now.driver, now.navigator)}>
            <Dial session={session} />
            <div class="side">
              {phase.value === "up" ? (
                <HandOver session={session} />
              ) : (
                <>
                  <Lead session={session} />
                  <Next session={session} />
                </>
              )}
              <Ask session={session} />
              <Actions session={session} />
            </div>
          </main>
          <Strip session={session} />
        </div>
      )}
      {Dialog === null ? (
        notes
      ) : (
        <Notes.Provider value={notes}>
          <Dialog session={session} onClose={close} />
        </Notes.Provider>
      )}
      <p class="spoken" role="status" data-said>
        {said}
      </p>
    </>
  )
}
