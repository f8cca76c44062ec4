import { useState } from "preact/hooks"
import { codeIn } from "../../domain/TypedCode.ts"
import { pathOf } from "../address.ts"
import { text } from "../text/index.ts"

/** A code or a link, typed or pasted, and in. */
export const Join = () => {
  const { join, joinHint, joinAction, joinRefused } = text.value
  const [typed, setTyped] = useState("")
  const [isRefused, setRefused] = useState(false)
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const code = codeIn(typed)
    setRefused(code === undefined)
    if (code !== undefined) location.assign(pathOf(code))
  }
  return (
    <form class="card" data-form="join" noValidate onSubmit={submit}>
      <h2>{join}</h2>
      <div class="row">
        <label class="field">
          <span>{joinHint}</span>
          <input
            name="code"
            value={typed}
            autocomplete="off"
            autocapitalize="characters"
            spellcheck={false}
            aria-invalid={isRefused}
            aria-describedby={isRefused ? "join-refusal" : undefined}
            onInput={({ currentTarget }) => setTyped(currentTarget.value)}
          />
        </label>
        <button>{joinAction}</button>
      </div>
      {isRefused && (
        <p class="refusal" id="join-refusal" role="alert">
          {joinRefused}
        </p>
      )}
    </form>
  )
}
