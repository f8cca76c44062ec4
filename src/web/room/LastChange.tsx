/** What somebody has just done, for as long as one may want to take it back. */
import { effect, type ReadonlySignal, signal } from "@preact/signals"
import { text } from "../text/index.ts"
import { after } from "../timers.ts"
import type { Session } from "./session.ts"

/** How long a change is shown, in milliseconds. */
const SHOWN = 8_000

/** Has somebody just changed something that can be taken back? Nothing is said of what was there when the page was opened. */
export const newsOf = ({ client, room }: Session): ReadonlySignal<boolean> => {
  const isNews = signal(false)
  let seen: string | undefined
  let cancel: (() => void) | undefined
  effect(() => {
    const now = room.value
    if (now === null || now.id === seen) return
    const isFirst = seen === undefined
    seen = now.id
    cancel?.()
    const { at, undoUntil } = now.lastChange
    const left = undoUntil === null ? 0 : SHOWN - (client.now() - at)
    isNews.value = !isFirst && left > 0
    if (isNews.value) {
      cancel = after(left, () => {
        isNews.value = false
      })
    }
  })
  return isNews
}

export const LastChange = ({ session }: { readonly session: Session }) => {
  const { client, connection, press, room } = session
  const { changes, someone, undo } = text.value
  if (room.value === null) return null
  const { by, kind } = room.value.lastChange
  return (
    <div class="toast" role="status" data-change={kind} key={room.value.id}>
      <p>
        <bdi>{by ?? someone}</bdi> {changes[kind as keyof typeof changes]}
      </p>
      <button
        type="button"
        title="U"
        aria-disabled={connection.value.state !== "live"}
        data-command="undo"
        onClick={() => press(() => client.undo())}
      >
        {undo}
      </button>
    </div>
  )
}
