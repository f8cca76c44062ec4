/** Every attack, by its name. */
import type { Attack } from "./attack.ts"
import { cases } from "./attacks/cases.ts"
import { generated } from "./attacks/generated.ts"
import { start } from "./attacks/start.ts"

export const attacks: Readonly<Record<string, Attack>> = { cases, generated, start }
