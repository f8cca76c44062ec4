import { Avatar } from "../parts/Avatar.tsx"
import { classes } from "../parts/classes.ts"
import { Named } from "../parts/Named.tsx"
import { clockTime } from "../text/clock.ts"
import { text } from "../text/index.ts"
import { beginningsOf, comingOf, widthOf } from "./people.ts"
import type { Session } from "./session.ts"

/** Who drives, in large letters, or who drives next, in a break. */
export const Lead = ({ session }: { readonly session: Session }) => {
  const { looks, me, room } = session
  const { driveNext, drives, youDrive } = text.value
  const now = room.value
  if (now === null) return null
  const { driver, here, people, period } = now
  const isAway = people.find(({ name }) => name === driver)?.away === true
  const look = looks.value.get(driver)
  const isYou = driver === me.value
  const said =
    period === "break" ? `${driveNext.before}${driver}${driveNext.after}` : isYou ? youDrive : `${driver} ${drives}`
  return (
    <div
      key={driver}
      class={classes("lead", here.includes(driver) && "here", isAway && "away")}
      data-role="driver"
      data-driver={driver}
      data-p={look?.colour}
      style={{ "--em": Math.max(4, widthOf(said)).toFixed(1) }}
    >
      <Avatar name={driver} look={look} />
      <h1 data-moves={driver}>
        {period === "break" ? (
          <Named text={driveNext} name={driver} />
        ) : isYou ? (
          <span class="you">{youDrive}</span>
        ) : (
          <>
            <bdi class="name">{driver}</bdi> <span>{drives}</span>
          </>
        )}
      </h1>
    </div>
  )
}

/** Who comes after the driver, and when, as far as that can be told. */
export const Next = ({ session }: { readonly session: Session }) => {
  const { looks, me, room } = session
  const { away, inTurns, navigates, next, you, youNavigate } = text.value
  const now = room.value
  if (now === null) return null
  const coming = comingOf(now.people, now)
  const beginnings = beginningsOf(now)
  const present = coming.filter((person) => !person.away)
  const when = (name: string) => {
    const at = beginnings.get(name)
    const turns = present.findIndex((person) => person.name === name) + 1
    return at !== undefined ? clockTime(at) : turns === 1 ? next : inTurns(turns)
  }
  return (
    <ol class="next" aria-label={next}>
      {coming.map((person) => {
        const { name } = person
        const look = looks.value.get(name)
        const isNavigator = name === now.navigator
        return (
          <li
            key={name}
            class={classes(now.here.includes(name) && "here", person.away && "away")}
            data-p={look?.colour}
            data-next={name}
            {...(isNavigator ? { "data-role": "navigator" } : {})}
          >
            <Avatar name={name} look={look} />
            <span data-moves={name}>
              {isNavigator && name === me.value ? (
                <b>{youNavigate}</b>
              ) : (
                <>
                  <bdi class="name">{name}</bdi>
                  {isNavigator ? ` ${navigates}` : name === me.value ? ` (${you})` : ""}
                </>
              )}
            </span>
            <span class="when">{person.away ? away : when(name)}</span>
          </li>
        )
      })}
    </ol>
  )
}
