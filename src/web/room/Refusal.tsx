import { useEffect } from "preact/hooks"
import { Icon } from "../parts/Icon.tsx"
import { text } from "../text/index.ts"
import type { Session } from "./session.ts"

/** How long a refusal stands, in milliseconds. */
const STANDS = 8_000

/** Why what was pressed last was not done. */
export const Refusal = ({ session }: { readonly session: Session }) => {
  const { forgetRefusal, refusal } = session
  const { close, conflicts, refused } = text.value
  const last = refusal.value
  useEffect(() => {
    if (last === null) return
    const timeout = setTimeout(forgetRefusal, STANDS)
    return () => clearTimeout(timeout)
  }, [last])
  return (
    <div role="alert">
      {last !== null && (
        <p class="toast refused" data-refusal={last.reason}>
          <span>{last.conflict === undefined ? refused[last.reason] : conflicts[last.conflict]}</span>
          <button type="button" class="round" aria-label={close} onClick={forgetRefusal}>
            <Icon name="cross" />
          </button>
        </p>
      )}
    </div>
  )
}
