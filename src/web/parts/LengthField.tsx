import { useId, useState } from "preact/hooks"
import { COMMON_MINUTES, minutesOf } from "../duration.ts"
import { text } from "../text/index.ts"

interface Props {
  /** Minutes as they were typed. */
  readonly value: string
  readonly onChange: (minutes: string) => void
  readonly refusal?: string | undefined
}

/** The length of a turn: one of the common ones by one press, or any. */
export const LengthField = ({ value, onChange, refusal }: Props) => {
  const { length, minutes, minutesOf: say, other } = text.value
  const name = useId()
  const common = COMMON_MINUTES.map((count) => minutesOf(count * 60_000))
  const [isOther, setOther] = useState(!common.includes(value))
  return (
    <fieldset class="choice">
      <legend>{length}</legend>
      {COMMON_MINUTES.map((count, index) => (
        <label key={count}>
          <input
            type="radio"
            name={name}
            value={count}
            checked={!isOther && value === common[index]}
            onChange={() => {
              setOther(false)
              onChange(common[index] ?? "")
            }}
          />
          <span>{say(count)}</span>
        </label>
      ))}
      <label>
        <input type="radio" name={name} value="other" checked={isOther} onChange={() => setOther(true)} />
        <span>{other}</span>
      </label>
      {isOther && (
        <label class="beside">
          <input
            type="text"
            inputMode="decimal"
            name="minutes"
            size={6}
            value={value}
            aria-invalid={refusal !== undefined}
            aria-describedby={refusal === undefined ? undefined : `${name}-refusal`}
            onInput={({ currentTarget }) => onChange(currentTarget.value)}
          />
          {minutes}
        </label>
      )}
      {refusal !== undefined && (
        <p class="refusal" id={`${name}-refusal`} role="alert">
          {refusal}
        </p>
      )}
    </fieldset>
  )
}
