import { useRef, useState } from "preact/hooks"
import { isThisMachine } from "../../domain/ThisMachine.ts"
import { grouped } from "../../domain/TypedCode.ts"
import { pathOf } from "../address.ts"
import { Dialog, type DialogProps } from "../parts/Dialog.tsx"
import { later } from "../parts/later.tsx"
import { text } from "../text/index.ts"
import type { Session } from "./session.ts"

/** The ways to share a room: its link, its code, the device's share sheet, a QR code. */
export const ShareDialog = ({ session, onClose }: DialogProps & { readonly session: Session }) => (
  <Dialog title={text.value.share} onClose={onClose}>
    <Ways code={session.room.value?.accessCode ?? session.code} />
  </Dialog>
)

const Qr = later(() => import("./Qr.tsx").then((module) => module.Qr))

const Ways = ({ code }: { readonly code: string }) => {
  const {
    copied,
    copy,
    codeOf,
    copyRefused,
    link: linkLabel,
    overlay,
    qr,
    shareHint,
    shareLocal,
    shareSheet
  } = text.value
  const link = new URL(pathOf(code), location.href).href
  const field = useRef<HTMLInputElement>(null)
  const [result, setResult] = useState<"copied" | "refused">()
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
      {isThisMachine(location.hostname) ? (
        <p class="hint">{shareLocal}</p>
      ) : (
        <div class="qr">
          <Qr text={link} label={qr} />
        </div>
      )}
      <p class="code" translate={false}>
        <span class="spoken">{codeOf}</span> <code>{grouped(code)}</code>
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
