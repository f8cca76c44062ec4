import { Avatar } from "../parts/Avatar.tsx"
import { Named } from "../parts/Named.tsx"
import { text } from "../text/index.ts"
import type { Change } from "./change.ts"
import { Done } from "./LastChange.tsx"
import { widthOf } from "./people.ts"
import type { Session } from "./session.ts"

/** The moment everything is for: who drives now, over the whole screen. */
export const HandOver = ({ session }: { readonly session: Session }) => {
  const { finish, isSeen, looks, me, room, startsIn } = session
  const { breakTime, drives, navigates, seen, seenBy, shoutYou, startsIn: starts, stopSound, timeUp } = text.value
  const { soundOff, unsureHint, youNavigate } = text.value
  const [up, now] = [finish.value, room.value]
  if (up === null || now === null) return null
  const { driver, lastChange, navigator, period } = now
  const isYou = driver === me.value
  const hint = !up.confirmed ? (
    unsureHint
  ) : !isSeen.value ? (
    stopSound
  ) : lastChange.kind === "finish" || (lastChange.kind === "ack" && lastChange.by === null) ? (
    seen
  ) : lastChange.kind === "ack" ? (
    <Named text={seenBy} name={lastChange.by ?? ""} />
  ) : (
    // Somebody has reacted by what was done, an undo of the two more minutes for example.
    <>
      <Done by={lastChange.by} change={lastChange.kind as Change} />. {soundOff}
    </>
  )
  const longest = isYou ? [driver, shoutYou] : [period === "break" ? breakTime : `${driver} ${drives}`]
  return (
    <>
      <p class="kicker" data-finish={up.at} data-missed={up.missed} data-confirmed={up.confirmed}>
        {/* A screen reader would say an alert anew each second. */}
        {startsIn.value !== null && <span>{starts(startsIn.value)}</span>}
        <span role="alert">
          <span class={startsIn.value === null ? "" : "spoken"}>{timeUp}</span> <small>{hint}</small>
        </span>
      </p>
      <h1
        class="shout"
        style={{ "--em": Math.max(4, ...longest.map(widthOf)).toFixed(1) }}
        data-driver={driver}
        data-moves={driver}
      >
        {period === "break" ? (
          <span>{breakTime}</span>
        ) : (
          <span class="who-drives" data-role="driver">
            <bdi class="name">{driver}</bdi>
            {isYou ? ", " : " "}
            <span class="verb">{isYou ? shoutYou : drives}</span>
          </span>
        )}
      </h1>
      <p class="roles" data-role="navigator" data-p={looks.value.get(navigator)?.colour}>
        <Avatar name={navigator} look={looks.value.get(navigator)} />
        {navigator === me.value ? (
          <b data-moves={navigator}>{youNavigate}</b>
        ) : (
          <span data-moves={navigator}>
            <bdi class="name">{navigator}</bdi> {navigates}
          </span>
        )}
      </p>
    </>
  )
}
