import { pathOf } from "../address.ts"
import { Brand } from "../parts/Brand.tsx"
import { Icon } from "../parts/Icon.tsx"
import { Settings } from "../parts/Settings.tsx"
import { forget, rooms } from "../rooms.ts"
import "../style/home.css"
import { text } from "../text/index.ts"
import { Join } from "./Join.tsx"
import { NewRoom } from "./NewRoom.tsx"

interface Props {
  /** The code that no room has, where the page was asked for one. */
  readonly missing?: string
}

/** The front door: open a room, join one, or go back to one. */
export const Home = ({ missing }: Props) => {
  const { slogan, missing: noRoom, missingHint } = text.value
  return (
    <div class="home">
      <header class="bar">
        <Brand />
        <span class="gap" />
        <Settings />
      </header>
      <main>
        {missing === undefined ? (
          <h1>{slogan}</h1>
        ) : (
          <div role="alert">
            <h1>{noRoom(missing)}</h1>
            <p>{missingHint}</p>
          </div>
        )}
        <div class="ways">
          <NewRoom />
          <div>
            <Join />
            <Remembered />
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
    <section class="card" data-rooms>
      <h2>{yourRooms}</h2>
      <ul>
        {rooms.value.map(({ code, driver, navigator }) => (
          <li key={code}>
            <a href={pathOf(code)}>
              <b>
                {driver} · {navigator}
              </b>
              <small>{code}</small>
            </a>
            <button
              type="button"
              class="round"
              aria-label={label(`${driver}, ${navigator}`)}
              onClick={() => forget(code)}
            >
              <Icon name="cross" />
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
