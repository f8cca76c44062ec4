import { useState } from "preact/hooks"
import { Dialog, type DialogProps } from "../parts/Dialog.tsx"
import { SaveFoot } from "../parts/SaveFoot.tsx"
import { text } from "../text/index.ts"
import type { Session } from "./session.ts"

/** What the room works at: a line of text, and a link. */
export const GoalDialog = ({ session, onClose }: DialogProps & { readonly session: Session }) => {
  const { client, press, room } = session
  const { editGoal, goal: label, mission, missionHint } = text.value
  // What was set when the dialog was opened: what others change meanwhile is theirs.
  const [before] = useState(() => ({ goal: room.peek()?.goal ?? "", link: room.peek()?.missionUrl ?? "" }))
  const [goal, setGoal] = useState(before.goal)
  const [link, setLink] = useState(before.link)
  const [isRefused, setRefused] = useState(false)
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const [line, url] = [goal.trim(), link.trim()]
    const isWrong = url !== "" && !/^https?:$/.test(URL.parse(url)?.protocol ?? "")
    setRefused(isWrong)
    if (isWrong) return
    const change = {
      ...(line === before.goal ? {} : { goal: line === "" ? null : line }),
      ...(url === before.link ? {} : { missionUrl: url === "" ? null : url })
    }
    if (Object.keys(change).length > 0) press(() => client.changeSettings(change))
    onClose()
  }
  return (
    <Dialog title={editGoal} onClose={onClose}>
      <form class="group" noValidate onSubmit={submit}>
        <label class="field">
          <span>{label}</span>
          <input
            name="goal"
            value={goal}
            maxLength={140}
            autocomplete="off"
            onInput={({ currentTarget }) => setGoal(currentTarget.value)}
          />
        </label>
        <label class="field">
          <span>{mission}</span>
          <input
            name="mission"
            type="url"
            value={link}
            autocomplete="off"
            aria-invalid={isRefused}
            aria-describedby="mission-hint"
            onInput={({ currentTarget }) => setLink(currentTarget.value)}
          />
          <small id="mission-hint" class={isRefused ? "refusal" : ""} role={isRefused ? "alert" : undefined}>
            {missionHint}
          </small>
        </label>
        <SaveFoot onCancel={onClose} />
      </form>
    </Dialog>
  )
}
