/** The addresses of the page: the front door, and a room's, whose code is the key to it. */
import { isAccessCode } from "../domain/AccessCode.ts"

export interface RoomAddress {
  readonly code: string
  readonly view: "room" | "overlay"
}

/** A link, or an address, with the path of a room in it. */
const ROOM_PATH = /(?:^|\/)room\/([^/?#]+)/

/** Which room a page is for, and how it shows it. */
export const addressOf = ({ pathname, search }: Pick<Location, "pathname" | "search">): RoomAddress => ({
  code: decoded(ROOM_PATH.exec(pathname)?.[1] ?? ""),
  view: new URLSearchParams(search).get("view") === "overlay" ? "overlay" : "room"
})

/** The access code that a person typed or pasted, by itself or in a link; undefined where there is none. */
export const codeIn = (typed: string): string | undefined => {
  const text = typed.trim()
  // What is read aloud is typed in groups.
  const code = ROOM_PATH.exec(text)?.[1] ?? text.replaceAll(/\s/g, "")
  return isAccessCode(decoded(code)) ? decoded(code) : undefined
}

export const pathOf = (code: string): string => `/room/${encodeURIComponent(code)}`

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
