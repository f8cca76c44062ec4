import type { ComponentChildren } from "preact"
import { text } from "../text/index.ts"

interface Props {
  readonly onCancel: () => void
  /** What stands at the other end. */
  readonly children?: ComponentChildren
}

/** The foot of a form in a dialog: Cancel and Save. */
export const SaveFoot = ({ onCancel, children }: Props) => (
  <div class="row foot">
    {children}
    <span class="gap" />
    <button type="button" class="quiet" onClick={onCancel}>
      {text.value.cancel}
    </button>
    <button class="main">{text.value.save}</button>
  </div>
)
