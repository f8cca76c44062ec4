import type { ComponentChildren } from "preact"

interface Props {
  readonly label: string
  readonly kept: { value: boolean }
  readonly children?: ComponentChildren
}

/** Switches a preference of this browser on and off. */
export const Switch = ({ label, kept, children }: Props) => (
  <label class="switch">
    <input
      type="checkbox"
      role="switch"
      checked={kept.value}
      onChange={({ currentTarget }) => {
        kept.value = currentTarget.checked
      }}
    />
    <span>{label}</span>
    {children}
  </label>
)
