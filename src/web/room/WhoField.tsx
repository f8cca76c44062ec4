import { text } from "../text/index.ts"
import type { Session } from "./session.ts"

/** Who is at this browser, to be said anew: one may have pressed another name, or be new in the room. */
export const WhoField = ({ session }: { readonly session: Session }) => {
  const { iAm, me, room } = session
  const { justWatching, whoAreYou, whoHint } = text.value
  // A name has a character at least, so a dash alone stands for somebody who only watches.
  return (
    <label class="field">
      <span>{whoAreYou}</span>
      <select
        name="me"
        value={me.value === null ? "" : `-${me.value}`}
        onChange={({ currentTarget }) => iAm(currentTarget.value.slice(1))}
      >
        {room.value?.people.map(({ name }) => (
          <option key={name} value={`-${name}`}>
            {name}
          </option>
        ))}
        <option value="-">{justWatching}</option>
      </select>
      <small>{whoHint}</small>
    </label>
  )
}
