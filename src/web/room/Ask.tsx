import { Icon } from "../parts/Icon.tsx"
import { silent } from "../preferences.ts"
import { text } from "../text/index.ts"
import { opens } from "./open.ts"
import type { Session } from "./session.ts"
import { sound } from "./sound.ts"

/** What a browser is asked once: who is there, and whether it may ring. One question at a time. */
export const Ask = ({ session }: { readonly session: Session }) =>
  isAsked(session) ? <Who session={session} /> : silent.value === null && sound.value !== "missing" ? <Sound /> : null

/** Who is not in the room any more is asked again. */
const isAsked = ({ me, room }: Session): boolean =>
  me.value !== "" && room.value?.people.some(({ name }) => name === me.value) === false

const Who = ({ session }: { readonly session: Session }) => {
  const { iAm, looks, room } = session
  const { justWatching, somebodyElse, whoAreYou, whoHint } = text.value
  return (
    <div class="ask who" role="group" aria-label={whoAreYou}>
      <p title={whoHint}>{whoAreYou}</p>
      {room.value?.people.map(({ name }) => (
        <button
          key={name}
          type="button"
          data-i-am={name}
          data-p={looks.value.get(name)?.colour}
          onClick={() => iAm(name)}
        >
          <bdi>{name}</bdi>
        </button>
      ))}
      <button type="button" class="quiet" data-command="somebody-else" onClick={opens("people")}>
        {somebodyElse}
      </button>
      <button type="button" class="quiet" data-i-am="" onClick={() => iAm("")}>
        {justWatching}
      </button>
    </div>
  )
}

const answer = (isSilent: boolean) => () => {
  silent.value = isSilent
}

const Sound = () => {
  const { askNo, askSound, askYes } = text.value
  return (
    <div class="ask" role="group" aria-label={askSound} data-ask="sound">
      <p>{askSound}</p>
      <button type="button" data-answer="ring" onClick={answer(false)}>
        <Icon name="sound" />
        {askYes}
      </button>
      <button type="button" class="quiet" data-answer="silent" onClick={answer(true)}>
        {askNo}
      </button>
    </div>
  )
}
