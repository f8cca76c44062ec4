import { text } from "../text/index.ts"
import type { Session } from "./session.ts"

/** Who comes after the navigator, who is away, and when the next break is. Nothing where there is no more to say than the roles do. */
export const Rota = ({ session }: { readonly session: Session }) => {
  const { afterwards, away, breakIn } = text.value
  const room = session.room.value
  if (room === null) return null
  const place = room.people.findIndex(({ name }) => name === room.navigator)
  const after = [...room.people.slice(place + 1), ...room.people.slice(0, place)].filter(
    ({ name }) => name !== room.driver
  )
  const isBreakAhead = room.breakIn !== null && room.period === "turn"
  if (after.length === 0 && !isBreakAhead) return null
  return (
    <p class="rota">
      {after.length > 0 && (
        <span>
          {afterwards}{" "}
          {after.map((person, index) => (
            <>
              {index > 0 && " · "}
              <bdi data-away={person.away}>{person.name}</bdi>
              {person.away && ` (${away})`}
            </>
          ))}
        </span>
      )}
      {isBreakAhead && <span>{breakIn(room.breakIn)}</span>}
    </p>
  )
}
