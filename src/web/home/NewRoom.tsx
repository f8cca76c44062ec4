import { useState } from "preact/hooks"
import { createRoom } from "../../client/Commands.ts"
import { isName, NAME_MAX, toName } from "../../domain/Name.ts"
import { pathOf } from "../address.ts"
import { api } from "../api.ts"
import { durationIn, MINUTES_MAX, MINUTES_MIN } from "../duration.ts"
import { LengthField } from "../parts/LengthField.tsx"
import { text } from "../text/index.ts"

type Field = "driver" | "navigator" | "minutes"

/** Two names, a length, go. */
export const NewRoom = () => {
  const { newRoom: title, driver, navigator, driverHint, navigatorHint, openRoom, notCreated } = text.value
  const [names, setNames] = useState({ driver: "", navigator: "" })
  const [minutes, setMinutes] = useState("10")
  const [refusal, setRefusal] = useState<{ readonly field: Field | undefined; readonly message: string }>()
  const [isBusy, setBusy] = useState(false)

  const check = () => {
    const { nameRefused, namesEqual, minutesRefused } = text.value
    const trimmed = { driver: toName(names.driver), navigator: toName(names.navigator) }
    for (const field of ["driver", "navigator"] as const) {
      if (!isName(trimmed[field])) return { field, message: nameRefused(NAME_MAX) }
    }
    if (trimmed.driver === trimmed.navigator) return { field: "navigator" as const, message: namesEqual }
    const timerDuration = durationIn(minutes)
    if (timerDuration === undefined) {
      return { field: "minutes" as const, message: minutesRefused(MINUTES_MIN, String(MINUTES_MAX)) }
    }
    return { room: { ...trimmed, timerDuration } }
  }

  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    const checked = check()
    if (checked.room === undefined) {
      setRefusal(checked)
      form.querySelector<HTMLInputElement>(`[name=${checked.field}]`)?.focus()
      return
    }
    setRefusal(undefined)
    setBusy(true)
    const created = await createRoom(checked.room, { api })
    if (created.ok) return location.assign(pathOf(created.code))
    setBusy(false)
    setRefusal({ field: undefined, message: created.reason === "refused" ? created.message : notCreated })
  }

  const nameField = (field: "driver" | "navigator", label: string, hint: string) => (
    <label class="field">
      <span>
        {label} <small>{hint}</small>
      </span>
      <input
        name={field}
        value={names[field]}
        autocomplete="off"
        spellcheck={false}
        aria-invalid={refusal?.field === field}
        aria-describedby={refusal?.field === field ? `${field}-refusal` : undefined}
        onInput={({ currentTarget }) => setNames({ ...names, [field]: currentTarget.value })}
      />
      {refusal?.field === field && (
        <span class="refusal" id={`${field}-refusal`} role="alert">
          {refusal.message}
        </span>
      )}
    </label>
  )

  return (
    <form class="card" data-form="new" noValidate onSubmit={(event) => void submit(event)}>
      <h2>{title}</h2>
      <div class="pair">
        {nameField("driver", driver, driverHint)}
        {nameField("navigator", navigator, navigatorHint)}
      </div>
      <LengthField
        value={minutes}
        onChange={setMinutes}
        refusal={refusal?.field === "minutes" ? refusal.message : undefined}
      />
      {refusal !== undefined && refusal.field === undefined && (
        <p class="refusal" role="alert">
          {refusal.message}
        </p>
      )}
      <button class="main" aria-disabled={isBusy}>
        {openRoom}
      </button>
    </form>
  )
}
