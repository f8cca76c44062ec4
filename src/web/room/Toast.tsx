import type { ReadonlySignal } from "@preact/signals"
import type { Change } from "./change.ts"
import { LastChange } from "./LastChange.tsx"
import { Refusal } from "./Refusal.tsx"
import type { Session } from "./session.ts"

/** Why the last press was refused, or what somebody has just done. */
export const Toast = ({
  session,
  news
}: {
  readonly session: Session
  readonly news: ReadonlySignal<Change | null>
}) => (
  <>
    <Refusal session={session} />
    {session.refusal.value === null && news.value !== null && <LastChange session={session} change={news.value} />}
  </>
)
