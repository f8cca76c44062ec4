import type { FunctionComponent } from "preact"
import { useEffect, useRef, useState } from "preact/hooks"
import { pathOf } from "../address.ts"
import { Dialog } from "../parts/Dialog.tsx"
import { Icon } from "../parts/Icon.tsx"
import { text } from "../text/index.ts"

/** The button that opens the ways to share a room: its link, its code, the device's share sheet, a QR code. */
export const Share = ({ code }: { readonly code: string }) => {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <button type="button" class="quiet" aria-haspopup="dialog" data-command="share" onClick={() => setOpen(true)}>
        <Icon name="share" />
        <span class="wide">{text.value.share}</span>
        <code>{code}</code>
      </button>
      {isOpen && (
        <Dialog title={text.value.share} onClose={() => setOpen(false)}>
          <Ways code={code} />
        </Dialog>
      )}
    </>
  )
}

type Qr = FunctionComponent<{ readonly text: string; readonly label: string }>

const Ways = ({ code }: { readonly code: string }) => {
  const { copied, copy, copyRefused, link: linkLabel, overlay, qr, shareHint, shareSheet } = text.value
  const link = new URL(pathOf(code), location.href).href
  const field = useRef<HTMLInputElement>(null)
  const [result, setResult] = useState<"copied" | "refused">()
  const [Qr, setQr] = useState<{ readonly Drawing: Qr }>()
  useEffect(() => {
    void import("./Qr.tsx").then(({ Qr }) => setQr({ Drawing: Qr }))
  }, [])
  const onCopy = async () => {
    field.current?.select()
    // Where the page is not secure there is no clipboard but by the old way.
    const written = navigator.clipboard?.writeText(link).then(
      () => true,
      () => false
    )
    setResult((await written) || document.execCommand("copy") ? "copied" : "refused")
  }
  return (
    <div class="share">
      <div class="row">
        <label class="field">
          <span>{linkLabel}</span>
          <input
            ref={field}
            readOnly
            value={link}
            name="link"
            onFocus={({ currentTarget }) => currentTarget.select()}
          />
        </label>
        <button type="button" data-command="copy" onClick={() => void onCopy()}>
          {result === "copied" ? copied : copy}
        </button>
      </div>
      <p class="hint" role="status">
        {result === "refused" ? copyRefused : result === "copied" ? copied : shareHint}
      </p>
      <div class="qr">{Qr !== undefined && <Qr.Drawing text={link} label={qr} />}</div>
      <p class="code">
        <code>{code}</code>
      </p>
      {typeof navigator.share === "function" && (
        <button
          type="button"
          data-command="share-sheet"
          onClick={() => void navigator.share({ title: "Pairroom", url: link }).catch(() => {})}
        >
          {shareSheet}
        </button>
      )}
      <a href={`${pathOf(code)}?view=overlay`} target="_blank" rel="noreferrer">
        {overlay}
      </a>
    </div>
  )
}
