import { Icon } from "../parts/Icon.tsx"
import { text } from "../text/index.ts"
import { colourOf } from "./phase.ts"
import type { Session } from "./session.ts"

interface Props {
  readonly session: Session
  /** Can they be swapped here? */
  readonly canSwap?: boolean
}

/** Who drives now, and who is next. */
export const Roles = ({ session, canSwap = false }: Props) => {
  const { client, connection, press, room } = session
  const { now, next, swap } = text.value
  if (room.value === null) return null
  const { driver, navigator } = room.value
  return (
    <div class="roles">
      <div class="role" data-role="driver" data-colour={colourOf(driver, navigator)}>
        <p class="as">{now}</p>
        <p class="name" data-size={sizeOf(driver)}>
          {driver}
        </p>
      </div>
      {canSwap && (
        <div class="swap">
          <button
            type="button"
            class="round"
            title={swap}
            aria-label={swap}
            aria-disabled={connection.value.state !== "live"}
            data-command="swap"
            onClick={() => press(() => client.swap())}
          >
            <Icon name="swap" />
          </button>
        </div>
      )}
      <div class="role" data-role="navigator" data-colour={colourOf(navigator, driver)}>
        <p class="as">{next}</p>
        <p class="name" data-size={sizeOf(navigator)}>
          {navigator}
        </p>
      </div>
    </div>
  )
}

/** A long name is set smaller; one of wide letters is long earlier. */
const sizeOf = (name: string): "long" | "short" => {
  const width = [...name].reduce((sum, letter) => sum + (letter > "\u1100" ? 2 : 1), 0)
  return width > 12 ? "long" : "short"
}
