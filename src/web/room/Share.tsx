import { useState } from "preact/hooks"
import { Icon } from "../parts/Icon.tsx"
import { text } from "../text/index.ts"
import { ShareDialog } from "./dialogs.ts"

/** The button that shows the ways to share a room. */
export const Share = ({ code }: { readonly code: string }) => {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <button type="button" class="quiet" aria-haspopup="dialog" data-command="share" onClick={() => setOpen(true)}>
        <Icon name="share" />
        <span class="wide">{text.value.share}</span>
        <code>{code}</code>
      </button>
      {isOpen && <ShareDialog code={code} onClose={() => setOpen(false)} />}
    </>
  )
}
