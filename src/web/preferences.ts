/** How this browser is set. */
import { computed } from "@preact/signals"
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

/** Is the sound switched off here? Null where nobody has been asked yet. */
export const silent = kept<boolean | null>(
  "silent",
  null,
  (value): value is boolean | null => value === null || isBoolean(value)
)

export const muted = computed(() => silent.value === true)

const TUNES = ["bell", "wood", "chime"] as const
export type Tune = (typeof TUNES)[number]

/** Which sound the alarm has. */
export const tune = kept<Tune>("tune", "bell", (value): value is Tune => TUNES.some((one) => one === value))

/** Does the alarm repeat softly until somebody reacts? */
export const repeat = kept("repeat", true, isBoolean)

/** Does the screen stay on while a turn runs? */
export const awake = kept("awake", true, isBoolean)

export const THEMES = ["auto", "light", "dark"] as const
export type Theme = (typeof THEMES)[number]

export const theme = kept<Theme>("theme", "auto", (value): value is Theme => THEMES.some((one) => one === value))
