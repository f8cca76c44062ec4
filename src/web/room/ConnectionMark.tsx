import { Icon } from "../parts/Icon.tsx"
import { text } from "../text/index.ts"
import type { Session } from "./session.ts"

/** A quiet mark of how the connection is, and how many are here. */
export const ConnectionMark = ({ session }: { readonly session: Session }) => {
  const { connection, delay, here } = text.value
  const { state, delay: millis } = session.connection.value
  const count = session.room.value?.connections
  return (
    <p class="mark">
      <span class="state" data-connection={state}>
        {connection[state]}
        {state === "live" && <span class="delay">{millis === null ? "" : delay(millis)}</span>}
      </span>
      {count !== undefined && (
        <span class="here" data-here={count} title={here(count)}>
          <Icon name="people" />
          <span class="wide">{here(count)}</span>
          <span class="narrow" aria-hidden="true">
            {count}
          </span>
        </span>
      )}
    </p>
  )
}
