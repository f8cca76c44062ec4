import { Brand } from "../parts/Brand.tsx"
import { Icon } from "../parts/Icon.tsx"
import { muted, silent, volume } from "../preferences.ts"
import { text } from "../text/index.ts"
import { opens } from "./open.ts"
import { popOut } from "./popOut.tsx"
import type { Session } from "./session.ts"
import { sound } from "./sound.ts"

/** The top of a room: how the connection is, what the room works at, and the way to everything else. */
export const Bar = ({ session }: { readonly session: Session }) => {
  const { home, menu, popOut: out, share } = text.value
  return (
    <header class="bar">
      <Brand title={home} />
      <Live session={session} />
      <Goal session={session} />
      <nav class="tools" aria-label={menu}>
        <SoundSwitch />
        <button type="button" class="round wide-only" aria-label={out} title={out} onClick={() => void popOut(session)}>
          <Icon name="out" />
        </button>
        <button
          type="button"
          class="quiet"
          aria-haspopup="dialog"
          aria-label={share}
          data-command="share"
          onClick={opens("share")}
        >
          <Icon name="share" />
          <span class="wide-only">{share}</span>
        </button>
        <button
          type="button"
          class="round"
          aria-haspopup="dialog"
          aria-label={menu}
          title={menu}
          data-command="menu"
          onClick={opens("menu")}
        >
          <Icon name="menu" />
        </button>
      </nav>
    </header>
  )
}

/** A dot while all is well, words when it is not. */
const Live = ({ session }: { readonly session: Session }) => {
  const { connection, here } = text.value
  const { state } = session.connection.value
  const count = session.room.value?.connections ?? 0
  const words = `${connection[state]}${state === "live" ? `, ${here(count)}` : ""}`
  return (
    <p class="live" data-connection={state} data-here={count} title={words}>
      <span class={state === "live" || state === "reconnecting" || state === "offline" ? "spoken" : ""}>{words}</span>
    </p>
  )
}

const Goal = ({ session }: { readonly session: Session }) => {
  const { addGoal, editGoal, mission } = text.value
  const now = session.room.value
  if (now === null || now.status === "COMPLETED") return <span class="gap" />
  return (
    <p class="goal">
      <button
        type="button"
        class="quiet"
        aria-haspopup="dialog"
        title={editGoal}
        data-command="goal"
        onClick={opens("goal")}
      >
        <span>{now.goal === "" ? addGoal : now.goal}</span>
      </button>
      {/^https?:/.test(now.missionUrl) && (
        <a href={now.missionUrl} target="_blank" rel="noreferrer">
          {mission}
        </a>
      )}
    </p>
  )
}

/** Whether this browser will ring. A browser allows sounds only after a press, so that counts too. */
const SoundSwitch = () => {
  const { turnSoundOn, turnSoundOff } = text.value
  const isOff = muted.value || volume.value === 0
  const label = isOff ? turnSoundOn : turnSoundOff
  const toggle = () => {
    silent.value = !isOff
    if (isOff && volume.value === 0) volume.value = 60
  }
  return (
    <button
      type="button"
      class="round"
      aria-label={label}
      title={label}
      data-sound={isOff ? "off" : sound.value}
      onClick={toggle}
    >
      <Icon name={isOff ? "silent" : "sound"} />
    </button>
  )
}
