/** The addresses of the page: the front door, and a room's, whose code is the key to it. */
import { isAccessCode } from "../domain/AccessCode.ts"

export type Address = { readonly view: "home" } | { readonly view: "room" | "overlay"; readonly code: string }

/** A code, a link or an address with a path of a room in it. */
const ROOM_PATH = /(?:^|\/)room\/([^/?#]+)/

export const addressOf = ({ pathname, search }: Pick<Location, "pathname" | "search">): Address => {
  const code = ROOM_PATH.exec(pathname)?.[1]
  if (code === undefined) return { view: "home" }
  const view = new URLSearchParams(search).get("view") === "overlay" ? "overlay" : "room"
  return { view, code: decoded(code) }
}

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
