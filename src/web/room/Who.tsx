import { text } from "../text/index.ts"
import type { Session } from "./session.ts"

/** Asks who is at this browser, until it is said. Who is not in the room any more is asked again. */
export const Who = ({ session }: { readonly session: Session }) => {
  const { iAm, me, room } = session
  const { justWatching, whoAreYou } = text.value
  if (room.value === null || me.value === "") return null
  const { people } = room.value
  if (people.some(({ name }) => name === me.value)) return null
  return (
    <div class="who" role="group" aria-label={whoAreYou}>
      <span>{whoAreYou}</span>
      {people.map(({ name }) => (
        <button key={name} type="button" class="quiet" data-i-am={name} onClick={() => iAm(name)}>
          <bdi>{name}</bdi>
        </button>
      ))}
      <button type="button" class="quiet" data-i-am="" onClick={() => iAm("")}>
        {justWatching}
      </button>
    </div>
  )
}
