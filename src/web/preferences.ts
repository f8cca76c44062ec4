/** How this browser is set. */
import { isBoolean, kept } from "./kept.ts"

/** The loudness of the sounds, from 0 to 100. */
export const volume = kept(
  "volume",
  60,
  (value): value is number => typeof value === "number" && value >= 0 && value <= 100
)

/** Is there a soft sound one minute before the time is up? */
export const warning = kept("warning", false, isBoolean)

/** Are system notifications wanted? Whether they are allowed is another matter. */
export const notify = kept("notify", false, isBoolean)

/** Does this browser start the next turn by itself? */
export const autoStart = kept("autoStart", false, isBoolean)

export const THEMES = ["auto", "light", "dark"] as const
export type Theme = (typeof THEMES)[number]

export const theme = kept<Theme>("theme", "auto", (value): value is Theme => THEMES.some((one) => one === value))
