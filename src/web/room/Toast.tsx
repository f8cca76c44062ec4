import type { ReadonlySignal } from "@preact/signals"
import { LastChange } from "./LastChange.tsx"
import { Refusal } from "./Refusal.tsx"
import type { Session } from "./session.ts"

/** Why the last press was refused, or what somebody has just done. */
export const Toast = ({ session, isNews }: { readonly session: Session; readonly isNews: ReadonlySignal<boolean> }) => (
  <>
    <Refusal session={session} />
    {session.refusal.value === null && isNews.value && <LastChange session={session} />}
  </>
)
