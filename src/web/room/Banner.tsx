import { useSignal } from "@preact/signals"
import { useEffect } from "preact/hooks"
import { text } from "../text/index.ts"
import { after } from "../timers.ts"
import type { Session } from "./session.ts"

/** Says that there is no connection, and when the next attempt comes. Nothing while there is one. */
export const Banner = ({ session }: { readonly session: Session }) => {
  const { client, connection, room } = session
  const { connection: states, connectionOf, goesOn, reconnectingIn, tryNow } = text.value
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
  if (state !== "reconnecting" && state !== "offline") return null
  return (
    <aside class="banner" aria-label={connectionOf}>
      <p>
        <b>{state === "offline" ? states.offline : reconnectingIn(left.value)}</b>
        {room.value?.running && <span> · {goesOn}</span>}
      </p>
      <button type="button" data-command="reconnect" onClick={() => client.reconnect()}>
        {tryNow}
      </button>
    </aside>
  )
}
