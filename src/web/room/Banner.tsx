import { useSignal } from "@preact/signals"
import { useEffect } from "preact/hooks"
import { text } from "../text/index.ts"
import { after } from "../timers.ts"
import type { Session } from "./session.ts"

/** Says that there is no connection, and when the next attempt comes, or that the service has lost its store. Nothing while all is well. */
export const Banner = ({ session }: { readonly session: Session }) => {
  const { client, connection, room } = session
  const { connection: states, connectionOf, goesOn, reconnectingIn, tryNow, uncertain } = text.value
  const { retryIn, state } = connection.value
  const left = useSignal(0)
  useEffect(() => {
    let cancel: (() => void) | undefined
    const count = (seconds: number) => {
      left.value = seconds
      if (seconds > 0) cancel = after(1_000, () => count(seconds - 1))
    }
    count(Math.ceil((retryIn ?? 0) / 1_000))
    return () => cancel?.()
  }, [connection.value])
  const isOut = state === "reconnecting" || state === "offline"
  if (!isOut && room.value?.uncertain !== true) return null
  return (
    <aside class="banner" aria-label={connectionOf}>
      {isOut ? (
        <>
          <p>
            <b>{state === "offline" ? states.offline : reconnectingIn(left.value)}</b>
            {room.value?.running && <span> · {goesOn}</span>}
          </p>
          <button type="button" data-command="reconnect" onClick={() => client.reconnect()}>
            {tryNow}
          </button>
        </>
      ) : (
        <p role="status">{uncertain}</p>
      )}
    </aside>
  )
}
