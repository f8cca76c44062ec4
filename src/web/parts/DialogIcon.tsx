/** The drawings that stand in dialogs alone. They are loaded with the first dialog, not with the page. */
import { Drawing, Icon, type IconName } from "./Icon.tsx"

const PATHS = {
  reset: "M5 12a7 7 0 1 0 2.2-5.1M5 4v4h4",
  drag: "M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01",
  shuffle: "M4 7h3l9 10h4M4 17h3l2.5-2.8M13 9.8 16 7h4M18 4.5 20.5 7 18 9.5M18 14.5l2.5 2.5-2.5 2.5",
  pen: "m5 19 1-4L16.5 4.5l3 3L9 18z",
  full: "M9 4H4v5M15 4h5v5M9 20H4v-5M15 20h5v-5",
  keys: "M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M8 14h8",
  globe: "M20.5 12a8.5 8.5 0 1 1-17 0 8.5 8.5 0 0 1 17 0zM3.5 12h17M12 3.5c5 5 5 12 0 17-5-5-5-12 0-17z",
  history: "M3 12h4l3-7 4 14 3-7h4"
} as const

export type DialogIconName = IconName | keyof typeof PATHS

const isOwn = (name: DialogIconName): name is keyof typeof PATHS => name in PATHS

/** As `Icon`, with these drawings besides. */
export const DialogIcon = ({ name }: { readonly name: DialogIconName }) =>
  isOwn(name) ? <Drawing path={PATHS[name]} /> : <Icon name={name} />
