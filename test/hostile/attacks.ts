/** Every attack, by its name. */
import type { Attack } from "./attack.ts"
import { cases } from "./attacks/cases.ts"
import { churn } from "./attacks/churn.ts"
import { flood } from "./attacks/flood.ts"
import { generated } from "./attacks/generated.ts"
import { reconnect } from "./attacks/reconnect.ts"
import { soak } from "./attacks/soak.ts"
import { start } from "./attacks/start.ts"
import { unread } from "./attacks/unread.ts"
import { vanished } from "./attacks/vanished.ts"

export const attacks: Readonly<Record<string, Attack>> = {
  cases,
  unread,
  vanished,
  churn,
  reconnect,
  flood,
  generated,
  start,
  soak
}
