/** What somebody has just done, for as long as one may want to take it back. */
import { effect, type ReadonlySignal, signal } from "@preact/signals"
import type { RoomView } from "../../client/RoomClient.ts"
import { Named } from "../parts/Named.tsx"
import { text } from "../text/index.ts"
import { after } from "../timers.ts"
import { type Change, changeOf } from "./change.ts"
import type { Session } from "./session.ts"

/** How long a change is shown, in milliseconds. */
const SHOWN = 8_000

/** What somebody has just done and can be taken back, or has taken back; null where there is nothing. Nothing is said of what was there when the page was opened. */
export const newsOf = ({ client, room }: Session): ReadonlySignal<Change | null> => {
  const news = signal<Change | null>(null)
  let before: RoomView | null = null
  let cancel: (() => void) | undefined
  effect(() => {
    const now = room.value
    if (now === null || now.id === before?.id) return
    cancel?.()
    const { at, kind, undoUntil } = now.lastChange
    const left = before === null || (undoUntil === null && kind !== "undo") ? 0 : SHOWN - (client.now() - at)
    news.value = before === null || left <= 0 ? null : changeOf(before, now)
    before = now
    if (left > 0) {
      cancel = after(left, () => {
        news.value = null
      })
    }
  })
  return news
}

export const LastChange = ({ session, change }: { readonly session: Session; readonly change: Change }) => {
  const { client, connection, press, room } = session
  const { undo } = text.value
  if (room.value === null) return null
  return (
    <div class="toast" role="status" data-change={room.value.lastChange.kind} key={room.value.id}>
      <p>
        <Done by={room.value.lastChange.by} change={change} />
      </p>
      {room.value.lastChange.undoUntil !== null && (
        <button
          type="button"
          title="U"
          aria-disabled={connection.value.state !== "live"}
          data-command="undo"
          onClick={() => press(() => client.undo())}
        >
          {undo}
        </button>
      )}
    </div>
  )
}

/** Who has done what. */
export const Done = ({ by, change }: { readonly by: string | null; readonly change: Change }) => {
  const { changes, didBy, someone } = text.value
  return (
    <>
      {by === null ? someone : <Named text={didBy} name={by} />} {changes[change]}
    </>
  )
}
