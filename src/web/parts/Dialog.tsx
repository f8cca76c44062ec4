import type { ComponentChildren } from "preact"
import { useContext, useEffect, useId, useRef } from "preact/hooks"
import "../style/fields.css"
import "../style/dialog.css"
import { text } from "../text/index.ts"
import { Icon } from "./Icon.tsx"
import { Notes } from "./Notes.ts"

export interface DialogProps {
  readonly onClose: () => void
}

interface Props extends DialogProps {
  readonly title: string
  /** How it comes: in the middle, from a side, from the corner of its button. */
  readonly place?: "wide" | "drawer" | "corner"
  readonly children: ComponentChildren
}

/** A sheet in front of the page, which keeps the focus; escape and a press beside it close it. It opens on its title. */
export const Dialog = ({ title, place, onClose, children }: Props) => {
  const dialog = useRef<HTMLDialogElement>(null)
  const heading = useRef<HTMLHeadingElement>(null)
  const id = useId()
  /** Where the pointer went down: a selection that ends beside the dialog closes nothing. */
  const pressed = useRef<EventTarget | null>(null)
  useEffect(() => {
    const opener = document.activeElement
    dialog.current?.showModal()
    heading.current?.focus()
    // The browser does this only for a dialog that is closed before it is taken away.
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus()
    }
  }, [])
  return (
    <dialog
      ref={dialog}
      class={place}
      aria-labelledby={id}
      onClose={() => {
        // The browser tells of it later, when another dialog may be open already.
        if (dialog.current !== null) onClose()
      }}
      onPointerDown={({ target }) => {
        pressed.current = target
      }}
      onClick={({ target }) => {
        if (target === dialog.current && pressed.current === target) dialog.current?.close()
      }}
    >
      <div class="sheet">
        <div class="head">
          <h2 ref={heading} id={id} tabIndex={-1}>
            {title}
          </h2>
          <button type="button" class="round" aria-label={text.value.close} onClick={() => dialog.current?.close()}>
            <Icon name="cross" />
          </button>
        </div>
        {children}
      </div>
      {useContext(Notes)}
    </dialog>
  )
}
