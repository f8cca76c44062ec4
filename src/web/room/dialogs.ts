/** What a room shows when it is asked for; the code of it is not needed for the first view. */
import { later } from "../parts/later.tsx"
import { close } from "./open.ts"
import { loadPop } from "./popOut.tsx"

const load = {
  settings: () => import("./SettingsDialog.tsx"),
  people: () => import("./PeopleDialog.tsx"),
  share: () => import("./ShareDialog.tsx"),
  menu: () => import("./MenuDialog.tsx"),
  goal: () => import("./GoalDialog.tsx"),
  summary: () => import("./Summary.tsx")
}

export const SettingsDialog = later(() => load.settings().then((module) => module.SettingsDialog), close)
export const PeopleDialog = later(() => load.people().then((module) => module.PeopleDialog), close)
export const ShareDialog = later(() => load.share().then((module) => module.ShareDialog), close)
export const MenuDialog = later(() => load.menu().then((module) => module.MenuDialog), close)
export const MoreDialog = later(() => load.menu().then((module) => module.MoreDialog), close)
export const ShortcutsDialog = later(() => load.menu().then((module) => module.ShortcutsDialog), close)
export const GoalDialog = later(() => load.goal().then((module) => module.GoalDialog), close)
export const HistoryDialog = later(() => load.summary().then((module) => module.HistoryDialog), close)
export const Summary = later(() => load.summary().then((module) => module.Summary))

/** Loads it all, so that it is there when the connection is not. */
export const prepareDialogs = (): void => {
  void Promise.allSettled([...Object.values(load).map((module) => module()), import("./Qr.tsx"), loadPop()])
}
