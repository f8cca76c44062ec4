import { useState } from "preact/hooks"
import { durationIn, MINUTES_MAX, MINUTES_MIN, minutesOf } from "../duration.ts"
import { Dialog, type DialogProps } from "../parts/Dialog.tsx"
import { LengthField } from "../parts/LengthField.tsx"
import { text } from "../text/index.ts"
import type { Session } from "./session.ts"

/** Sets how long a turn is; the timer stands, or runs on, at the full length. */
export const LengthDialog = ({ session, onClose }: DialogProps & { readonly session: Session }) => {
  const { client, press, room } = session
  const { length, minutesRefused, set, setLengthHint } = text.value
  const [minutes, setMinutes] = useState(minutesOf(room.value?.duration ?? 0))
  const [isRefused, setRefused] = useState(false)
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const duration = durationIn(minutes)
    setRefused(duration === undefined)
    if (duration === undefined) return
    press(() => client.update({ duration }))
    onClose()
  }
  return (
    <Dialog title={length} onClose={onClose}>
      <form noValidate onSubmit={submit}>
        <LengthField
          value={minutes}
          onChange={setMinutes}
          refusal={isRefused ? minutesRefused(MINUTES_MIN, String(MINUTES_MAX)) : undefined}
        />
        <p class="hint">{setLengthHint}</p>
        <button class="main">{set}</button>
      </form>
    </Dialog>
  )
}
