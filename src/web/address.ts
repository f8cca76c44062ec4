/** The addresses of the page: the front door, and a room's, whose code is the key to it. */
import { isAccessCode, RANDOM_LENGTH } from "../domain/AccessCode.ts"

export interface RoomAddress {
  readonly code: string
  readonly view: "room" | "overlay" | "popout"
}

const VIEWS = ["overlay", "popout"] as const

/** A link, or an address, with the path of a room in it. */
const ROOM_PATH = /(?:^|\/)room\/([^/?#]+)/i

/** The same in a text that somebody pasted, where other text may follow. */
const ROOM_LINK = /(?:^|\/)room\/([^/?#\s<>"',.;:!)]+)/i

/** Characters that nobody sees, and that are copied all the same: of zero width, or marks of direction. */
const UNSEEN = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu

/** Which room a page is for, and how it shows it. */
export const addressOf = ({ pathname, search }: Pick<Location, "pathname" | "search">): RoomAddress => ({
  code: decoded(ROOM_PATH.exec(pathname)?.[1] ?? ""),
  view: VIEWS.find((view) => view === new URLSearchParams(search).get("view")) ?? "room"
})

/** The access code that a person typed or pasted, by itself or in a link; undefined where there is none. */
export const codeIn = (typed: string): string | undefined => {
  // Form KC brings the wide letters of an input method to the usual ones.
  const text = typed.normalize("NFKC").replaceAll(UNSEEN, "").trim()
  // What is read aloud is typed in groups.
  const code = decoded(ROOM_LINK.exec(text)?.[1] ?? text.replaceAll(/\s/g, ""))
  const whole = code.replaceAll("-", "")
  // A dash may be part of a prefix too.
  return [...(whole.length === RANDOM_LENGTH ? [whole] : []), code].find(isAccessCode)
}

/** A code in the groups in which it is said. */
export const grouped = (code: string): string => code.replaceAll(/(.{4})(?=.{4})/gu, "$1 ")

export const pathOf = (code: string): string => `/room/${encodeURIComponent(code)}`

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
