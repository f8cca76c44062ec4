/** Which dialog of the room is open. */
import { signal } from "@preact/signals"

export type DialogName = "settings" | "people" | "share" | "menu" | "more" | "shortcuts" | "goal" | "history"

export const dialog = signal<DialogName | null>(null)

/** Returns what opens a dialog. */
export const opens = (name: DialogName) => (): void => {
  dialog.value = name
}

export const close = (): void => {
  dialog.value = null
}
