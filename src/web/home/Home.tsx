import { grouped } from "../../domain/TypedCode.ts"
import { pathOf } from "../address.ts"
import { Avatar } from "../parts/Avatar.tsx"
import { Brand } from "../parts/Brand.tsx"
import { Icon } from "../parts/Icon.tsx"
import { Settings } from "../parts/Settings.tsx"
import { looksOf } from "../room/people.ts"
import { forget, rooms } from "../rooms.ts"
import "../style/fields.css"
import "../style/dial.css"
import "../style/home.css"
import { text } from "../text/index.ts"
import { isolated } from "../text/names.ts"
import { Join } from "./Join.tsx"
import { NewRoom } from "./NewRoom.tsx"
import { Picture } from "./Picture.tsx"

interface Props {
  /** The code that no room has, where the page was asked for one. */
  readonly missing?: string
  /** Is there no page at this address? */
  readonly lost?: boolean
}

/** The front door: open a room, join one, or go back to one. */
export const Home = ({ missing, lost = false }: Props) => {
  const { missing: noRoom, missingHint, noPage, slogan, sub } = text.value
  return (
    <div class="home">
      <header class="bar">
        <Brand />
        <span class="gap" />
        <Settings />
      </header>
      <main>
        {missing !== undefined ? (
          <div class="title" role="alert">
            <h1>{noRoom(grouped(missing))}</h1>
            <p class="sub">{missingHint}</p>
          </div>
        ) : lost ? (
          <div class="title" role="alert">
            <h1>{noPage}</h1>
          </div>
        ) : (
          <div class="title">
            <h1>{slogan}</h1>
            <p class="sub">{sub}</p>
          </div>
        )}
        <div class="ways">
          <NewRoom />
          <div>
            {missing === undefined && <Picture />}
            <Remembered />
            <Join />
          </div>
        </div>
      </main>
    </div>
  )
}

const Remembered = () => {
  const { yourRooms, forget: label } = text.value
  if (rooms.value.length === 0) return null
  return (
    <section data-rooms>
      <h2>{yourRooms}</h2>
      <ul>
        {rooms.value.map(({ code, driver, navigator, people = [driver, navigator] }) => {
          const looks = looksOf(people)
          return (
            <li key={code}>
              <a href={pathOf(code)}>
                <span class="stack">
                  {people.slice(0, 5).map((name) => (
                    <span key={name} data-p={looks.get(name)?.colour}>
                      <Avatar name={name} look={looks.get(name)} />
                    </span>
                  ))}
                </span>
                <span>
                  <b>
                    {people.map((name, place) => (
                      <>
                        {place > 0 && ", "}
                        <bdi>{name}</bdi>
                      </>
                    ))}
                  </b>
                  <small translate={false}>{grouped(code)}</small>
                </span>
              </a>
              <button
                type="button"
                class="round"
                aria-label={label(people.map(isolated).join(", "))}
                onClick={() => forget(code)}
              >
                <Icon name="cross" />
              </button>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
