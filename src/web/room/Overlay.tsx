import { useState } from "preact/hooks"
import { Avatar } from "../parts/Avatar.tsx"
import "../style/dial.css"
import "../style/side.css"
import "../style/overlay.css"
import { text } from "../text/index.ts"
import { Dial } from "./Dial.tsx"
import { Pop } from "./Pop.tsx"
import { useReopened } from "./reopened.ts"
import type { Session } from "./session.ts"
import { drawTab, paint } from "./tab.ts"

/** Ring, time and roles on a transparent ground, for a stream or a second screen. */
export const Overlay = ({ session }: { readonly session: Session }) => {
  useState(() => paint(session))
  useReopened(session)
  const { connecting, missing, navigates, roomOf } = text.value
  const { state } = session.connection.value
  const now = session.room.value
  if (now === null) return <p class="spoken">{state === "missing" ? missing(session.code) : connecting}</p>
  const { driver, navigator } = now
  const looks = session.looks.value
  return (
    <main data-connection={state}>
      <h1 class="spoken">{roomOf(driver, navigator)}</h1>
      <div class="overlay">
        <Dial session={session} plain />
        <div>
          <p data-role="driver" data-driver={driver} data-p={looks.get(driver)?.colour}>
            <Avatar name={driver} look={looks.get(driver)} />
            <bdi class="name">{driver}</bdi>
          </p>
          <p class="after" data-role="navigator" data-p={looks.get(navigator)?.colour}>
            <bdi class="name">{navigator}</bdi> {navigates}
          </p>
        </div>
      </div>
    </main>
  )
}

/** A room in a small window of its own, where there is no picture-in-picture. */
export const PopOut = ({ session }: { readonly session: Session }) => {
  useState(() => {
    paint(session)
    drawTab(session)
  })
  useReopened(session)
  return <Pop session={session} />
}
