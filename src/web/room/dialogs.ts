/** What a room shows when it is asked for; the code of it is not needed for the first view. */
import { later } from "../parts/later.tsx"

const share = () => import("./ShareDialog.tsx")
const alarm = () => import("./AlarmDialog.tsx")
const length = () => import("./LengthDialog.tsx")
const people = () => import("./PeopleDialog.tsx")

export const ShareDialog = later(() => share().then((module) => module.ShareDialog))
export const AlarmDialog = later(() => alarm().then((module) => module.AlarmDialog))
export const PeopleDialog = later(() => people().then((module) => module.PeopleDialog))
export const LengthDialog = later(() => length().then((module) => module.LengthDialog))

/** Loads it all, so that it is there when the connection is not. */
export const prepareDialogs = (): void => {
  void Promise.allSettled([share(), alarm(), length(), people(), import("./Qr.tsx")])
}
