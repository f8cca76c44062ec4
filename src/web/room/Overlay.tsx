import { useState } from "preact/hooks"
import "../style/stage.css"
import "../style/side.css"
import "../style/overlay.css"
import { text } from "../text/index.ts"
import { Ring } from "./Ring.tsx"
import { Roles } from "./Roles.tsx"
import type { Session } from "./session.ts"
import { paint } from "./tab.ts"

/** Ring, time and roles on a transparent ground, for a stream or a second screen. */
export const Overlay = ({ session }: { readonly session: Session }) => {
  useState(() => paint(session))
  const { state } = session.connection.value
  if (session.room.value === null) {
    return <p class="spoken">{state === "missing" ? text.value.missing(session.code) : text.value.connecting}</p>
  }
  return (
    <main class="overlay" data-connection={state}>
      <h1 class="spoken">{text.value.roomOf(session.room.value.driver, session.room.value.navigator)}</h1>
      <Ring session={session} />
      <Roles session={session} />
    </main>
  )
}
